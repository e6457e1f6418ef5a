// What the sources of synthetic data share: rows that are drawn one after the other.
#pragma once
#include <cstdint>
#include <string_view>
#include <utility>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/data/dataset/tensor_dataset.h>

namespace gradus::data::detail {

// A stream of its own for each problem, by four letters: "blob".
constexpr std::uint64_t stream_of(const char (&letters)[5]) {
  std::uint64_t stream = 0;
  for (int i = 0; i < 4; ++i) stream = stream << 8 | static_cast<unsigned char>(letters[i]);
  return stream << 32 | 1;
}

// ValueError unless n >= 0, and the options are in their ranges.
template <class Options>
void check_problem(std::string_view name, std::int64_t n, const Options& options) {
  check<ValueError>(n >= 0, name, ": no number of samples: ", n);
  check_options(name, options);
}

// draw(i, x, y) fills row i of x f32 [n, features], and gives y, a number or a class, for [n] (or, if `column`, [n, 1]).
template <class Y, class Draw>
TensorDataset<2> drawn(std::int64_t n, std::int64_t features, Draw draw, bool column = false) {
  Array x({n, features}, f32);
  Array y(column ? Shape{n, 1} : Shape{n}, dtype_of<Y>);
  float* const rows = n > 0 ? x.mutable_data<float>() : nullptr;
  Y* const values = n > 0 ? y.mutable_data<Y>() : nullptr;
  for (std::int64_t i = 0; i < n; ++i) values[i] = static_cast<Y>(draw(i, rows + i * features));
  return TensorDataset(Tensor(std::move(x)), Tensor(std::move(y)));
}

}  // namespace gradus::data::detail
