// Shapes and strides: up to eight numbers, stored in place, so that copying one never allocates.
//   zeros({2, 3});   zeros({words.size(), 128});   std::vector<int> sizes = …;  zeros(sizes);
#pragma once
#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <type_traits>

namespace gradus {

// Integers of any type but bool and char, and what converts to one.
template <class T>
concept WholeNumber = std::convertible_to<T, std::int64_t> && !std::floating_point<T> && !std::same_as<T, bool> && !std::same_as<T, char>;
// A vector, an array or a span of them.
template <class R>
concept WholeNumbers = requires(const R& r) {
  r.size();
  requires WholeNumber<std::remove_cvref_t<decltype(*r.data())>>;
};

// The sizes of the dimensions, outermost first; {} is a scalar. Also used for strides (in elements).
class Shape {
 public:
  static constexpr int max_rank = 8;

  // A size of any integer type, so that {v.size(), 3} is a shape.
  struct Size {
    std::int64_t value;
    template <WholeNumber T>
    constexpr Size(T size) : value(static_cast<std::int64_t>(size)) {}
  };

  Shape() = default;
  Shape(std::initializer_list<Size> sizes);                     // throws ShapeError above max_rank
  explicit Shape(std::span<const std::int64_t> sizes);
  template <WholeNumbers R>
  Shape(const R& sizes) : rank_(checked_rank(sizes.size())) {   // std::vector<int>, std::array<std::size_t, 2>, …
    std::int64_t* place = sizes_.data();
    for (const auto& size : sizes) *place++ = static_cast<std::int64_t>(size);
  }
  static Shape filled(int rank, std::int64_t size);

  int rank() const { return rank_; }
  std::int64_t operator[](int i) const { return sizes_[static_cast<std::size_t>(i)]; }
  std::int64_t& operator[](int i) { return sizes_[static_cast<std::size_t>(i)]; }
  const std::int64_t* begin() const { return sizes_.data(); }
  const std::int64_t* end() const { return sizes_.data() + rank_; }
  void push_back(std::int64_t size);
  void insert(int at, std::int64_t size);
  void erase(int at);

  std::int64_t elements() const {                               // their product; 1 for a scalar
    std::int64_t n = 1;
    for (std::int64_t size : *this) n *= size;
    return n;
  }
  friend bool operator==(const Shape& a, const Shape& b) {      // a loop: for so few numbers a call of memcmp takes longer
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i)
      if (a[i] != b[i]) return false;
    return true;
  }

 private:
  static int checked_rank(std::size_t rank);
  std::array<std::int64_t, max_rank> sizes_{};
  int rank_ = 0;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape);   // [64, 784]

Shape row_major_strides(const Shape& shape);

// The number of elements, for shapes that come from outside: ShapeError that names `op` for a negative size, or for more elements than
// memory can hold.
std::int64_t checked_elements(const Shape& shape, const char* op);

// `axis` counted from the front; negative ones count from the back. Throws ValueError that names `op` when out of range.
int normal_axis(int axis, int rank, const char* op);

// The shape that a and b broadcast to by NumPy's rule: aligned at the last dimension, sizes equal or 1.
// Throws ShapeError that names `op` and both shapes.
Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op);

}  // namespace gradus
