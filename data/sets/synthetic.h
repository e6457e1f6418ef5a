// Small problems made of random numbers, those that scikit-learn makes and a few more; the same seed gives the same data everywhere (its
// own numbers, not scikit-learn's, whose laws they follow).
//   auto [train, test] = data::split(data::two_moons(1000, {.noise = 0.2}), 0.8);
// All throw ValueError for n < 0 and for options out of their range. Sample i is drawn after sample i − 1, so more of them begin alike, but
// where it is said. `noise` is the deviation of a normal number that is added, to each coordinate or to y.
#pragma once
#include <cstdint>

#include <gradus/data/dataset/tensor_dataset.h>

namespace gradus {
class Describe;
}

namespace gradus::data {

// ---- points x f32 [n, features] in classes y i64 [n], which take turns where nothing else is said

struct SpiralOptions {
  double turns = 1.5, noise = 0.05;
  std::uint64_t seed = 0;
};
TensorDataset<2> two_spirals(std::int64_t n, SpiralOptions options = {});   // arms from the centre to radius 1, half a turn apart

struct SpiralsOptions {
  std::int64_t arms = 3;              // a class each, evenly around the centre
  double turns = 1, noise = 0.05;
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> spirals(std::int64_t n, const SpiralsOptions& options = {});

struct MoonOptions {
  double noise = 0.1;
  std::uint64_t seed = 0;
};
TensorDataset<2> two_moons(std::int64_t n, MoonOptions options = {});       // half circles that interlock, as in scikit-learn's make_moons

struct CircleOptions {
  double noise = 0.05, factor = 0.8;  // the inner circle's radius, below 1; the outer one, class 0, has 1
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> circles(std::int64_t n, const CircleOptions& options = {});

struct BlobOptions {
  std::int64_t centres = 3, features = 2;
  double deviation = 1, low = -10, high = 10;   // of the points around their centre; where centres are
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> blobs(std::int64_t n, const BlobOptions& options = {});

// Four quarters of [−1, 1]², opposite ones of one class; drawn evenly, then moved by noise.
struct XorOptions {
  double noise = 0;
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> exclusive_or(std::int64_t n, const XorOptions& options = {});

// The same with cells x cells fields on [0, 1]².
struct CheckerboardOptions {
  std::int64_t cells = 4;
  double noise = 0;
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> checkerboard(std::int64_t n, const CheckerboardOptions& options = {});

// One normal distribution around 0, cut into shells with as many points each (the outermost has the rest): class 0 is the innermost. Which
// class a point has hangs from all points.
struct QuantileOptions {
  std::int64_t classes = 3, features = 2;
  double deviation = 1;
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> gaussian_quantiles(std::int64_t n, const QuantileOptions& options = {});

// make_classification (Guyon, 2003): clusters around corners of a cube with sides of 2·separation in the informative features, each sheared
// by a matrix of its own; redundant features are sums of informative ones, repeated ones copies, the rest is noise. In this order.
struct ClassificationOptions {
  std::int64_t features = 20, informative = 2, redundant = 2, repeated = 0;
  std::int64_t classes = 2, clusters = 2;   // clusters: of each class; classes · clusters <= 2^informative
  double separation = 1, flipped = 0.01;    // flipped: the share of points whose class is drawn anew
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> classification(std::int64_t n, const ClassificationOptions& options = {});

// ---- numbers: x f32 [n, features], y f32 [n, 1]

struct LineOptions {
  double slope = 2, intercept = 1, noise = 0.1, low = -1, high = 1;
  std::uint64_t seed = 0;
};
TensorDataset<2> noisy_line(std::int64_t n, LineOptions options = {});      // y = slope·x + intercept, x uniform between low and high

// y = x·coefficients + bias, x normal; the first `informative` features have coefficients, uniform in [0, 100), the others 0.
struct RegressionOptions {
  std::int64_t features = 100, informative = 10, targets = 1;   // y is [n, targets]
  double bias = 0, noise = 0;
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> regression(std::int64_t n, const RegressionOptions& options = {});
Tensor regression_coefficients(const RegressionOptions& options);          // f32 [features, targets], those of that seed

// Friedman (1991) and Breiman (1996). 1: 10·sin(π·x0·x1) + 20·(x2 − ½)² + 10·x3 + 5·x4 of x uniform in [0, 1), at least 5 features, of
// which the others do nothing. 2 and 3 are of 4 features, x0 in [0, 100), x1 in [40π, 560π), x2 in [0, 1), x3 in [1, 11), with
// z = x1·x2 − 1/(x1·x3): √(x0² + z²) and atan(z / x0).
struct FriedmanOptions {
  std::int64_t features = 10;   // of friedman1
  double noise = 0;
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> friedman1(std::int64_t n, const FriedmanOptions& options = {});
TensorDataset<2> friedman2(std::int64_t n, const FriedmanOptions& options = {});
TensorDataset<2> friedman3(std::int64_t n, const FriedmanOptions& options = {});

// Sheets rolled up in space: x f32 [n, 3], and the place t along the sheet, f32 [n].
struct SheetOptions {
  double noise = 0;
  std::uint64_t seed = 0;
  void describe(Describe& is) const;
};
TensorDataset<2> s_curve(std::int64_t n, const SheetOptions& options = {});      // t in [−3π/2, 3π/2): (sin t, [0, 2), sign t·(cos t − 1))
TensorDataset<2> swiss_roll(std::int64_t n, const SheetOptions& options = {});   // t in [3π/2, 9π/2): (t·cos t, [0, 21), t·sin t)

}  // namespace gradus::data
