// Copies that permute, at every edge of the tiles they are made in: elements of all sizes, planes of batches, and targets that are views.
#include <gradus/autograd/array/array.h>

#include "support.h"

namespace gradus::copy_test {

Array counting(const Shape& shape, Dtype dtype) {
  Array a(shape, i64);
  std::int64_t next = 0;
  for (std::int64_t& x : a.mutable_span<std::int64_t>()) x = next++ % 251;
  return a.to(dtype);
}

// Element by element, by index alone.
void expect_same_elements(const Array& a, const Array& b) {
  ASSERT_EQ(a.shape(), b.shape());
  Shape index = Shape::filled(a.rank(), 0);
  for (std::int64_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a.at(index), b.at(index)) << a.shape() << " at " << index;
    for (int d = a.rank() - 1; d >= 0 && ++index[d] == a.dim(d); --d) index[d] = 0;
  }
}

TEST(Copy, TransposesOfEverySize) {
  for (Dtype dtype : {f32, f64, i64, u8, boolean})
    for (std::int64_t m : {1, 2, 3, 4, 5, 31, 33, 64, 65, 131})
      for (std::int64_t n : {1, 2, 3, 7, 63, 64, 66}) {
        const Array a = counting({m, n}, dtype);
        expect_same_elements(a.transpose(0, 1).contiguous_copy(), a.transpose(0, 1));
      }
}

TEST(Copy, PermutationsAndSlices) {
  const Array a = counting({3, 5, 66, 7}, f32);
  for (const Shape& axes : {Shape{0, 2, 3, 1}, Shape{0, 3, 1, 2}, Shape{3, 2, 1, 0}, Shape{2, 0, 1, 3}, Shape{1, 3, 0, 2}}) {
    const Array p = a.permute(axes);
    expect_same_elements(p.contiguous_copy(), p);
    const Array part = p.slice(1, 1, p.dim(1)).slice(3, 0, p.dim(3), 2);
    expect_same_elements(part.contiguous_copy(), part);
    expect_same_elements(p.to(f64), p);
  }
  const Array wide = counting({70, 1, 3}, f64).expand({70, 4, 3}).transpose(0, 2);
  expect_same_elements(wide.contiguous_copy(), wide);
}

TEST(Copy, LargeTransposesInParallel) {
  const Array a = counting({700, 513}, f32), t = a.transpose(0, 1).contiguous_copy();
  const auto from = a.span<float>(), to = t.span<float>();
  for (std::size_t i = 0; i < 700; ++i)
    for (std::size_t j = 0; j < 513; ++j) ASSERT_EQ(to[j * 700 + i], from[i * 513 + j]);
}

}  // namespace gradus::copy_test
