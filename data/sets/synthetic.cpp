#include <gradus/data/sets/synthetic.h>

#include <cmath>
#include <numbers>

#include <gradus/autograd/base/random.h>

namespace gradus::data {
namespace {

constexpr std::uint64_t drawing = 0x73796e74'00000000;   // a stream of its own: "synt"

struct Point { double x, y; };

// Sample i is of class i % 2; point(class, random) tells where.
template <class F>
TensorDataset<2> classes(std::int64_t n, double noise, std::uint64_t seed, F point) {
  check<ValueError>(n >= 0, "synthetic data: no number of samples: ", n);
  Array points({n, 2}, f32), labels({n}, i64);
  auto* p = points.mutable_data<float>();
  auto* label = labels.mutable_data<std::int64_t>();
  Generator random(seed, drawing);
  for (std::int64_t i = 0; i < n; ++i) {
    const Point at = point(i % 2, random);
    *p++ = static_cast<float>(at.x + noise * random.normal());
    *p++ = static_cast<float>(at.y + noise * random.normal());
    *label++ = i % 2;
  }
  return TensorDataset(points, labels);
}

}  // namespace

TensorDataset<2> two_spirals(std::int64_t n, SpiralOptions options) {
  return classes(n, options.noise, options.seed, [&](std::int64_t arm, Generator& random) {
    const double radius = std::sqrt(random.uniform());   // as many points in each unit of length
    const double angle = 2 * std::numbers::pi * options.turns * radius + std::numbers::pi * static_cast<double>(arm);
    return Point{radius * std::cos(angle), radius * std::sin(angle)};
  });
}

TensorDataset<2> two_moons(std::int64_t n, MoonOptions options) {
  return classes(n, options.noise, options.seed, [](std::int64_t moon, Generator& random) {
    const double angle = std::numbers::pi * random.uniform();
    return moon == 0 ? Point{std::cos(angle), std::sin(angle)} : Point{1 - std::cos(angle), 0.5 - std::sin(angle)};
  });
}

TensorDataset<2> noisy_line(std::int64_t n, LineOptions options) {
  check<ValueError>(n >= 0, "noisy_line: no number of samples: ", n);
  Array x({n, 1}, f32), y({n, 1}, f32);
  auto* to_x = x.mutable_data<float>();
  auto* to_y = y.mutable_data<float>();
  Generator random(options.seed, drawing);
  for (std::int64_t i = 0; i < n; ++i) {
    const double at = options.low + (options.high - options.low) * random.uniform();
    to_x[i] = static_cast<float>(at);
    to_y[i] = static_cast<float>(options.slope * at + options.intercept + options.noise * random.normal());
  }
  return TensorDataset(x, y);
}

}  // namespace gradus::data
