// Axes of a tensor, as functions take them: numbers of any integer type, counted from the front, negative ones from the back.
//   sum(x, 1);   sum(x, {0, -1}, true);   std::vector<int> axes = …;  sum(x, axes);
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>

#include <gradus/autograd/array/shape.h>

namespace gradus {

// One axis. What is no whole number does not compile: softmax(x, true), argmax(x, 0.5).
struct Axis {
  int number;
  template <WholeNumber T>
  constexpr Axis(T axis) : number(clipped(axis)) {}
  Axis(bool) = delete;   // an axis is a number: keepdim comes after the axes, sum(x, 1, true)
  constexpr operator int() const { return number; }

 private:
  // Far outside stays outside, in whatever type it came.
  template <class T>
  static constexpr int clipped(T axis) {
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    const auto wide = static_cast<std::int64_t>(axis);
    if constexpr (std::unsigned_integral<T>)
      if (wide < 0) return static_cast<int>(most);
    return static_cast<int>(wide < -most ? -most : wide > most ? most : wide);
  }
};

// Some axes, in any order; none at all, {}, stands for all of them, as in PyTorch's sum and mean.
class Axes {
 public:
  Axes() = default;
  template <WholeNumber T>
  Axes(T axis) : axes_{Axis(axis)}, count_(1) {}
  Axes(bool) = delete;   // axes are numbers: keepdim comes after them, sum(x, 1, true), or sum(x, {}, true) over all
  Axes(std::initializer_list<Axis> axes);   // ValueError above Shape::max_rank
  template <WholeNumbers R>
  Axes(const R& axes) : count_(checked_count(axes.size())) {
    int* number = axes_.data();
    for (const auto& axis : axes) *number++ = Axis(axis).number;
  }

  bool empty() const { return count_ == 0; }
  const int* begin() const { return axes_.data(); }
  const int* end() const { return axes_.data() + count_; }

 private:
  static std::size_t checked_count(std::size_t count);
  std::array<int, Shape::max_rank> axes_{};
  std::size_t count_ = 0;
};

}  // namespace gradus
