#include <gradus/data/sets/synthetic.h>

#include <numbers>

#include <xtensor/xbuilder.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xoperation.hpp>

#include <gradus/autograd/array/xtensor.h>
#include <gradus/autograd/base/random.h>

namespace gradus::data {
namespace {

constexpr std::uint64_t drawing = 0x73796e74'00000000;   // a stream of its own: "synt"
constexpr double pi = std::numbers::pi;

using Column = xt::xtensor<double, 1>;

// The random numbers of n samples, a column each: one that is uniform and `normals` that are normal, drawn sample after sample.
std::vector<Column> draws(std::int64_t n, std::size_t normals, std::uint64_t seed) {
  check<ValueError>(n >= 0, "synthetic data: no number of samples: ", n);
  std::vector<Column> columns(1 + normals, Column::from_shape({static_cast<std::size_t>(n)}));
  Generator random(seed, drawing);
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
    for (Column& column : columns) column(i) = &column == &columns[0] ? random.uniform() : random.normal();
  return columns;
}

// Sample i is of class i % 2.
auto classes(std::int64_t n) { return xt::arange(n) % 2; }

template <class X, class Y, class Labels>
TensorDataset<2> points(const X& x, const Y& y, const Labels& labels) {
  return TensorDataset(from_xtensor<float>(xt::stack(xt::xtuple(x, y), 1)), from_xtensor<std::int64_t>(labels));
}

}  // namespace

TensorDataset<2> two_spirals(std::int64_t n, SpiralOptions options) {
  const auto drawn = draws(n, 2, options.seed);
  const auto arm = classes(n);
  const auto radius = xt::sqrt(drawn[0]);   // as many points in each unit of length
  const auto angle = 2 * pi * options.turns * radius + pi * arm;
  return points(radius * xt::cos(angle) + options.noise * drawn[1], radius * xt::sin(angle) + options.noise * drawn[2], arm);
}

TensorDataset<2> two_moons(std::int64_t n, MoonOptions options) {
  const auto drawn = draws(n, 2, options.seed);
  const auto moon = classes(n);
  const auto x = xt::cos(pi * drawn[0]);
  const auto y = xt::sin(pi * drawn[0]);
  return points(xt::where(xt::equal(moon, 0), x, 1 - x) + options.noise * drawn[1],
                xt::where(xt::equal(moon, 0), y, 0.5 - y) + options.noise * drawn[2], moon);
}

TensorDataset<2> noisy_line(std::int64_t n, LineOptions options) {
  const auto drawn = draws(n, 1, options.seed);
  const auto x = options.low + (options.high - options.low) * drawn[0];
  const auto y = options.slope * x + options.intercept + options.noise * drawn[1];
  return TensorDataset(from_xtensor<float>(xt::expand_dims(x, 1)), from_xtensor<float>(xt::expand_dims(y, 1)));
}

}  // namespace gradus::data
