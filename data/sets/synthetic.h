// Small problems made of random numbers; the same seed gives the same data everywhere.
//   auto [train, test] = data::split(data::two_moons(1000, {.noise = 0.2}), 0.8);
#pragma once
#include <cstdint>

#include <gradus/data/dataset/tensor_dataset.h>

namespace gradus::data {

// Points x f32 [n, 2] in two classes y i64 [n], which alternate. ValueError for n < 0.
struct SpiralOptions {
  double turns = 1.5, noise = 0.05;   // noise: the deviation of a normal number added to each coordinate
  std::uint64_t seed = 0;
};
TensorDataset<2> two_spirals(std::int64_t n, SpiralOptions options = {});   // arms from the centre to radius 1, half a turn apart

struct MoonOptions {
  double noise = 0.1;
  std::uint64_t seed = 0;
};
TensorDataset<2> two_moons(std::int64_t n, MoonOptions options = {});       // half circles that interlock, as in scikit-learn's make_moons

// y = slope · x + intercept + noise: x f32 [n, 1], uniform between low and high; y f32 [n, 1].
struct LineOptions {
  double slope = 2, intercept = 1, noise = 0.1, low = -1, high = 1;
  std::uint64_t seed = 0;
};
TensorDataset<2> noisy_line(std::int64_t n, LineOptions options = {});

}  // namespace gradus::data
