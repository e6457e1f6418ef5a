// A gradient in the loss: a generator learns a ring of points from a critic whose slope is held at 1 (Gulrajani et al., "Improved training
// of Wasserstein GANs", 2017). The penalty is a function of ∂critic/∂x, so its gradient is a second derivative.
//
//   ./run example 14_gradient_penalty
//
// You should see the critic's slope stay at about 1 and the distance that it finds between the two clouds go to 0, and then both clouds:
// what was noise around the centre lies on the ring, at radius 1 but for a tenth.
#include <gradus/autograd/base/drawing/plane.h>
#include <gradus/gradus.h>

#include <cmath>
#include <cstdio>

using namespace gradus;

using Net = nn::Sequential<nn::Linear, nn::Tanh, nn::Linear, nn::Tanh, nn::Linear>;
Net net(std::int64_t in, std::int64_t width, std::int64_t out) {
  return Net{nn::Linear{in, width}, nn::Tanh{}, nn::Linear{width, width}, nn::Tanh{}, nn::Linear{width, out}};
}

// Points around a circle of radius 1, with a little noise.
Tensor ring(std::int64_t n) {
  Array points({n, 2}, f32);
  float* p = points.mutable_data<float>();
  for (std::int64_t i = 0; i < n; ++i, p += 2) {
    const double angle = 6.283185307 * default_generator().uniform(), radius = 1 + 0.03 * default_generator().normal();
    p[0] = static_cast<float>(radius * std::cos(angle)), p[1] = static_cast<float>(radius * std::sin(angle));
  }
  return points;
}

std::vector<drawing::Point> cloud(const Tensor& points) {
  std::vector<drawing::Point> all;
  const auto p = points.value().span<float>();
  for (std::size_t i = 0; i + 1 < p.size(); i += 2) all.push_back({p[i], p[i + 1]});
  return all;
}

int main() {
  manual_seed(3);
  constexpr std::int64_t batch = 64, noise = 2;
  Net generator = net(noise, 32, 2), critic = net(2, 32, 1);
  optim::Adam adam_g(nn::parameters(generator), {.lr = 3e-3, .betas = {0.5, 0.9}});
  optim::Adam adam_c(nn::parameters(critic), {.lr = 6e-3, .betas = {0.5, 0.9}});

  std::printf(" step   distance   critic's slope\n");
  for (int step = 0; step <= 600; ++step) {
    double distance = 0, slope = 0;
    for (int i = 0; i < 4; ++i) {
      const Tensor real = ring(batch), fake = no_grad([&] { return generator(randn({batch, noise})); });
      // Somewhere between a real and a made point the critic's gradient shall have length 1.
      const Tensor t = rand({batch, 1}), between = variable(t * real + (1 - t) * fake);
      const Tensor direction = grad(sum(critic(between)), between, {.create_graph = true});
      const Tensor length = norm(direction, 2, {1});
      const Tensor gain = mean(critic(real)) - mean(critic(fake));
      const Tensor loss = -gain + 0.2 * mean(square(length - 1));
      adam_c.zero_grad();
      loss.backward();
      adam_c.step();
      distance = gain.item(), slope = mean(length).item();
    }
    if (step % 100 == 0) std::printf("%5d %10.3f %16.3f\n", step, distance, slope);
    const Tensor loss = -mean(critic(generator(randn({batch, noise}))));
    adam_g.zero_grad();
    loss.backward();
    adam_g.step();
  }

  const Tensor made = no_grad([&] { return generator(randn({300, noise})); });
  const Tensor radius = norm(made, 2, {1});
  drawing::Plane plane{.window = {-1.7, 1.7, -1.3, 1.3}};
  plane.points = {{"the ring", cloud(ring(150))}, {"the generator's", cloud(made)}};
  std::printf("\n%s", plane.text({.columns = 88, .colour = drawing::is_terminal()}).c_str());
  std::printf("\nradius of the generator's points: %.2f ± %.2f\n", mean(radius).item(), gradus::std(radius).item());
}
