// Newton's method: hessian() gives the matrix of second derivatives, exact, and a step is −H⁻¹·∇f, by linalg::solve.
//
//   ./run example 15_newton
//
// On Rosenbrock's valley f = (1 − x)² + 100 (y − x²)² from (−1.2, 1) you should see the six steps of the textbooks: down, across the bend
// with f rising to 1412, and then the number of right digits doubles. Gradient descent in the same valley is at 0.1 after 1000 steps.
#include <gradus/autograd/base/drawing/plane.h>
#include <gradus/gradus.h>

#include <cmath>
#include <cstdio>

using namespace gradus;
using Tensors = std::vector<Tensor>;

// A function of two tensors: its derivatives come by them, h[0][1] is ∂²f/∂x∂y.
Tensor valley(const Tensors& at) {
  const Tensor &x = at[0], &y = at[1];
  return square(1 - x) + 100 * square(y - x * x);
}

int main() {
  Tensors at{tensor(-1.2, f64), tensor(1.0, f64)};
  std::vector<drawing::Point> path{{-1.2, 1.0}};
  std::printf("step          x          y            f         ‖∇f‖\n");
  for (int round = 0;; ++round) {
    const auto [f, slopes] = vjp(valley, at, {Tensor{}});
    const double gx = slopes[0].item(), gy = slopes[1].item();
    std::printf("%4d %10.6f %10.6f %12.3e %12.3e\n", round, at[0].item(), at[1].item(), f.item(), std::hypot(gx, gy));
    if (std::hypot(gx, gy) < 1e-12 || round == 20) break;

    const std::vector<Tensors> h = hessian(valley, at);
    const Tensor step = linalg::solve(stack({stack(h[0]), stack(h[1])}), stack(slopes));
    at = {at[0] - step[0], at[1] - step[1]};
    path.push_back({at[0].item(), at[1].item()});
  }

  Tensors slow{tensor(-1.2, f64), tensor(1.0, f64)};
  for (int step = 0; step < 1000; ++step) {
    const auto [f, slopes] = vjp(valley, slow, {Tensor{}});
    slow = {slow[0] - 1e-3 * slopes[0], slow[1] - 1e-3 * slopes[1]};
  }
  std::printf("gradient descent, rate 0.001, 1000 steps: f = %.2g\n\n", valley(slow).item());

  const auto height = [](double x, double y) { return std::pow(1 - x, 2) + 100 * std::pow(y - x * x, 2) + 0.01; };
  drawing::Plane plane{.window = {-1.6, 1.6, -3.6, 1.6}, .heights = drawing::heights(height), .log_levels = true};
  plane.trails = {{"Newton", path}};
  std::printf("%s", plane.text({.columns = 88, .colour = drawing::is_terminal()}).c_str());
}
