#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include <gradus/data/sets/internal/drawn.h>
#include <gradus/data/sets/synthetic.h>

namespace gradus::data {
namespace {

constexpr double full_turn = 2 * std::numbers::pi;
constexpr double most_features = 1 << 20, most_classes = 1 << 20;

void put(float* place, double value, double noise, Generator& random) { *place = static_cast<float>(value + noise * random.normal()); }

}  // namespace

void SpiralsOptions::describe(Describe& is) const {
  is(range::between(1, most_classes), arms);
  is(range::finite, turns);
  is(range::at_least_zero, noise);
}
TensorDataset<2> spirals(std::int64_t n, const SpiralsOptions& o) {
  detail::check_problem("spirals", n, o);
  Generator random(o.seed, detail::stream_of("arms"));
  return detail::drawn<std::int64_t>(n, 2, [&](std::int64_t i, float* x) {
    const std::int64_t arm = i % o.arms;
    const double radius = std::sqrt(random.uniform());
    const double angle = full_turn * (o.turns * radius + static_cast<double>(arm) / static_cast<double>(o.arms));
    put(x, radius * std::cos(angle), o.noise, random), put(x + 1, radius * std::sin(angle), o.noise, random);
    return arm;
  });
}

void CircleOptions::describe(Describe& is) const {
  is(range::at_least_zero, noise);
  is(range::below_one, factor);
}
TensorDataset<2> circles(std::int64_t n, const CircleOptions& o) {
  detail::check_problem("circles", n, o);
  Generator random(o.seed, detail::stream_of("circ"));
  return detail::drawn<std::int64_t>(n, 2, [&](std::int64_t i, float* x) {
    const double angle = full_turn * random.uniform(), radius = i % 2 == 0 ? 1 : o.factor;
    put(x, radius * std::cos(angle), o.noise, random), put(x + 1, radius * std::sin(angle), o.noise, random);
    return i % 2;
  });
}

void BlobOptions::describe(Describe& is) const {
  is(range::between(1, most_classes), centres);
  is(range::between(1, most_features), features);
  is(range::at_least_zero, deviation);
  is(range::finite, low, high);
}
TensorDataset<2> blobs(std::int64_t n, const BlobOptions& o) {
  detail::check_problem("blobs", n, o);
  check<ValueError>(o.low <= o.high, "blobs: centres lie from ", o.low, " to ", o.high);
  check<ValueError>(o.centres * o.features <= 1 << 26, "blobs: ", o.centres, " centres of ", o.features, " features");
  Generator where(o.seed, detail::stream_of("cent")), random(o.seed, detail::stream_of("blob"));
  std::vector<double> centres(static_cast<std::size_t>(o.centres * o.features));
  for (double& c : centres) c = o.low + (o.high - o.low) * where.uniform();
  return detail::drawn<std::int64_t>(n, o.features, [&](std::int64_t i, float* x) {
    const std::int64_t label = i % o.centres;
    for (std::int64_t k = 0; k < o.features; ++k)
      put(x + k, centres[static_cast<std::size_t>(label * o.features + k)], o.deviation, random);
    return label;
  });
}

void XorOptions::describe(Describe& is) const { is(range::at_least_zero, noise); }
TensorDataset<2> exclusive_or(std::int64_t n, const XorOptions& o) {
  detail::check_problem("exclusive_or", n, o);
  Generator random(o.seed, detail::stream_of("xor "));
  return detail::drawn<std::int64_t>(n, 2, [&](std::int64_t, float* x) {
    const double a = 2 * random.uniform() - 1, b = 2 * random.uniform() - 1;
    put(x, a, o.noise, random), put(x + 1, b, o.noise, random);
    return static_cast<std::int64_t>((a < 0) != (b < 0));
  });
}

void CheckerboardOptions::describe(Describe& is) const {
  is(range::between(1, most_classes), cells);
  is(range::at_least_zero, noise);
}
TensorDataset<2> checkerboard(std::int64_t n, const CheckerboardOptions& o) {
  detail::check_problem("checkerboard", n, o);
  Generator random(o.seed, detail::stream_of("chec"));
  return detail::drawn<std::int64_t>(n, 2, [&](std::int64_t, float* x) {
    const double a = random.uniform(), b = random.uniform();
    const auto field = [&](double at) { return static_cast<std::int64_t>(at * static_cast<double>(o.cells)); };
    put(x, a, o.noise, random), put(x + 1, b, o.noise, random);
    return (field(a) + field(b)) % 2;
  });
}

void QuantileOptions::describe(Describe& is) const {
  is(range::between(1, most_classes), classes);
  is(range::between(1, most_features), features);
  is(range::at_least_zero, deviation);
}
TensorDataset<2> gaussian_quantiles(std::int64_t n, const QuantileOptions& o) {
  detail::check_problem("gaussian_quantiles", n, o);
  Generator random(o.seed, detail::stream_of("quan"));
  std::vector<double> squares;
  const TensorDataset<2> points = detail::drawn<std::int64_t>(n, o.features, [&](std::int64_t, float* x) {
    double square = 0;
    for (std::int64_t k = 0; k < o.features; ++k) put(x + k, 0, o.deviation, random), square += static_cast<double>(x[k]) * x[k];
    squares.push_back(square);
    return 0;
  });
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return squares[static_cast<std::size_t>(a)] < squares[static_cast<std::size_t>(b)];
  });
  const std::int64_t each = n / o.classes;
  std::vector<std::int64_t> labels(order.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank)
    labels[static_cast<std::size_t>(order[rank])] =
        each == 0 ? o.classes - 1 : std::min(static_cast<std::int64_t>(rank) / each, o.classes - 1);
  return TensorDataset(points.tensor(0), Tensor(Array::from(labels, {n})));
}

void ClassificationOptions::describe(Describe& is) const {
  is(range::between(1, 4096), features, informative);
  is(range::between(0, 4096), redundant, repeated);
  is(range::between(1, 4096), classes, clusters);
  is(range::at_least_zero, separation);
  is(range::unit, flipped);
}
TensorDataset<2> classification(std::int64_t n, const ClassificationOptions& o) {
  detail::check_problem("classification", n, o);
  check<ValueError>(o.informative + o.redundant + o.repeated <= o.features, "classification: ", o.informative, " informative, ",
                    o.redundant, " redundant and ", o.repeated, " repeated features are more than ", o.features);
  const std::int64_t centres = o.classes * o.clusters, known = o.informative, made = known + o.redundant;
  check<ValueError>(known >= 24 || centres <= std::int64_t{1} << known, "classification: ", o.classes, " classes of ", o.clusters,
                    " clusters need as many corners; ", known, " informative features have ", [&] { return std::int64_t{1} << known; });
  check<ValueError>(centres <= 1 << 14 && centres * known * known <= 1 << 26, "classification: ", centres, " clusters of ", known,
                    " informative features");
  Generator plan(o.seed, detail::stream_of("cube")), random(o.seed, detail::stream_of("clas"));
  const auto cell = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  // corners, all different: the lowest bits of a number that counts, each feature's sign turned at random
  std::vector<double> corner(cell(centres * known));
  std::vector<bool> turned(cell(known));
  for (std::int64_t k = 0; k < known; ++k) turned[cell(k)] = plan.below(2) == 1;
  std::vector<std::int64_t> numbers(cell(centres));
  const std::int64_t all = known >= 24 ? std::int64_t{1} << 24 : std::int64_t{1} << known;
  for (std::int64_t c = 0; c < centres; ++c) {  // a sample without repetition (Floyd)
    const auto drawn_one = static_cast<std::int64_t>(plan.below(static_cast<std::uint64_t>(all - centres + c + 1)));
    const bool taken = std::find(numbers.begin(), numbers.begin() + c, drawn_one) != numbers.begin() + c;
    numbers[cell(c)] = taken ? all - centres + c : drawn_one;
  }
  for (std::int64_t c = 0; c < centres; ++c)
    for (std::int64_t k = 0; k < known; ++k) {
      const bool up = ((k < 24 && (numbers[cell(c)] >> k & 1) != 0)) != turned[cell(k)];
      corner[cell(c * known + k)] = up ? o.separation : -o.separation;
    }
  const auto matrix = [&](std::int64_t count) {
    std::vector<double> m(cell(count));
    for (double& x : m) x = 2 * plan.uniform() - 1;
    return m;
  };
  const std::vector<double> shear = matrix(centres * known * known), sums = matrix(known * o.redundant);
  std::vector<std::int64_t> copied(cell(o.repeated));
  for (std::int64_t& from : copied) from = static_cast<std::int64_t>(plan.below(static_cast<std::uint64_t>(made)));
  std::vector<double> normal(cell(known));
  return detail::drawn<std::int64_t>(n, o.features, [&](std::int64_t i, float* x) {
    const std::int64_t cluster = i % centres;
    for (double& z : normal) z = random.normal();
    for (std::int64_t k = 0; k < known; ++k) {
      double sum = corner[cell(cluster * known + k)];
      for (std::int64_t j = 0; j < known; ++j) sum += normal[cell(j)] * shear[cell((cluster * known + j) * known + k)];
      x[k] = static_cast<float>(sum);
    }
    for (std::int64_t k = 0; k < o.redundant; ++k) {
      double sum = 0;
      for (std::int64_t j = 0; j < known; ++j) sum += static_cast<double>(x[j]) * sums[cell(j * o.redundant + k)];
      x[known + k] = static_cast<float>(sum);
    }
    for (std::int64_t k = 0; k < o.repeated; ++k) x[made + k] = x[copied[cell(k)]];
    for (std::int64_t k = made + o.repeated; k < o.features; ++k) x[k] = static_cast<float>(random.normal());
    const bool flip = random.uniform() < o.flipped;
    const auto other = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(o.classes)));
    return flip ? other : cluster % o.classes;
  });
}

}  // namespace gradus::data
