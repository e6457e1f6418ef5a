// Windows over sequences: stretches of so many rows, each with what it is to predict; views of one array, which nobody copies.
//   data::Windows next(series, {.length = 48, .horizon = 12});                           // series [t, d]: (x [48, d], y [12, d])
//   data::Windows letters(text, {.length = 64, .stride = 64, .horizon = 64, .offset = 1});   // y is x, one row further on
//   data::Windows of_all(measured, {.length = 48}, lengths);                             // no window reaches from one series into the next
// Neighbours overlap: split the rows by time before making windows of them, or validation sees what was trained on.
#pragma once
#include <optional>
#include <tuple>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/data/dataset/dataset.h>

namespace gradus::data {

struct WindowOptions {
  std::int64_t length = 1;                      // rows of an input
  std::int64_t stride = 1;                      // from the beginning of one window to that of the next
  std::int64_t horizon = 1;                     // rows of a target; 0: none
  std::optional<std::int64_t> offset = {};      // of the target's beginning from the input's; none: length, right behind it

  void describe(Describe& is) const {
    is(range::at_least_one, length, stride);
    is(range::at_least_zero, horizon);
  }
};

class Windows {
 public:
  // rows [t, …]. `lengths`: of the series that lie in it one behind the other, which add up to t; none: it is one. ShapeError for a scalar,
  // ValueError for options out of their range, an offset below 0, lengths that do not add up. A series that is too short gives no window.
  explicit Windows(const Tensor& rows, WindowOptions options = {}, std::span<const std::int64_t> lengths = {});
  // Targets out of another array of as many rows.
  Windows(const Tensor& rows, const Tensor& targets, WindowOptions options = {}, std::span<const std::int64_t> lengths = {});

  std::int64_t size() const { return ends_.empty() ? 0 : ends_.back(); }
  std::int64_t row(std::int64_t i) const;                                             // where window i begins
  std::tuple<Tensor, Tensor> get(std::int64_t i) const;                               // [length, …], [horizon, …]
  std::tuple<Tensor, Tensor> get_batch(std::span<const std::int64_t> indices) const;  // [k, length, …], [k, horizon, …]

 private:
  Array rows_, targets_;
  WindowOptions options_;
  std::int64_t offset_;
  std::vector<std::int64_t> ends_, begins_;   // of each series that has windows: the number of windows up to its last, its first row
};

}  // namespace gradus::data
