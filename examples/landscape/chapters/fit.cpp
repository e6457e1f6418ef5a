#include "landscape/chapters/fit.h"

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/optim/rules/sgd.h>

#include "landscape/waves.h"

namespace landscape::chapters {

using namespace gradus;

namespace {

Tensor line(const Tensor& w1, const Tensor& w2, const Tensor& x) { return w1 * x + w2; }
// three quarters of a turn on: the sine
Tensor wave(const Tensor& w1, const Tensor& w2, const Tensor& x) { return cosine(w1 * x + w2, 3); }

Tensor number(double value) { return tensor(value, f64); }

Tensor mean_square(const Fit& fit, const Tensor& w1, const Tensor& w2, const Tensor& x, const Tensor& v) {
  return mean(square(fit.model(w1, w2, x) - v));
}

Fit points(decltype(Fit::model) model, Weights truth, std::int64_t n, double from, double to, double noise, std::uint64_t seed) {
  Generator generator(seed);
  const Tensor x = number(from) + number(to - from) * rand({n}, generator, f64);
  return {model, x, model(number(truth.w1), number(truth.w2), x) + number(noise) * randn({n}, generator, f64)};
}

}  // namespace

double Fit::predict(Weights w, double at) const { return model(number(w.w1), number(w.w2), number(at)).item(); }

double Fit::loss(Weights w) const { return mean_square(*this, number(w.w1), number(w.w2), x, v).item(); }

Weights Fit::slope(Weights w) const {
  const Tensor w1 = variable(number(w.w1)), w2 = variable(number(w.w2));
  const auto [d1, d2] = grad<2>(mean_square(*this, w1, w2, x, v), {w1, w2});
  return {d1.item(), d2.item()};
}

figure::Grid Fit::grid(const double (&window)[4], int columns, int rows) const {
  const Tensor w1 = reshape(linspace(window[0], window[1], columns, f64), {1, columns, 1});
  const Tensor w2 = reshape(linspace(window[2], window[3], rows, f64), {rows, 1, 1});
  const Tensor losses = mean(square(model(w1, w2, x) - v), {-1});
  return {columns, rows, losses.value().to_vector()};
}

Walk Fit::descend(Weights start, const Descent& how) const {
  Parameter w(tensor({start.w1, start.w2}, f64).value());
  optim::SGD sgd({{"w", w.leaf()}}, {.lr = how.rate});
  data::DataLoader loader(data::TensorDataset(x, v), {.batch_size = how.batch ? how.batch : x.size(), .shuffle = true, .seed = how.seed});

  Walk walk;
  double seen = 0;
  const auto keep = [&] {
    const Weights at{w.value().at({0}), w.value().at({1})};
    walk.w1.push_back(at.w1);
    walk.w2.push_back(at.w2);
    walk.loss.push_back(loss(at));
    walk.epochs.push_back(seen / static_cast<double>(x.size()));
  };
  keep();
  for (int epoch = 0; epoch < how.epochs; ++epoch)
    for (auto [batch_x, batch_v] : loader) {
      sgd.zero_grad();
      mean_square(*this, select(w, 0, 0), select(w, 0, 1), batch_x, batch_v).backward();
      sgd.step();
      seen += static_cast<double>(batch_x.size());
      keep();
    }
  return walk;
}

Fit line_through_points() { return points(line, {0.8, -0.5}, 64, -1, 2.5, 0.4, 3); }
Fit wave_through_points() { return points(wave, {2.6, 0.4}, 64, -1.5, 1.5, 0.3, 5); }

}  // namespace landscape::chapters
