#include <gradus/autograd/array/array.h>

#include <gmock/gmock.h>

#include "support.h"

namespace gradus::array_test {

using testing::ElementsAre;
using testing::ElementsAreArray;

Array counting(const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return Array::from(values, shape);
}

TEST(Array, CopyingSharesAndWritingUnshares) {
  Array a = counting({2, 2});
  const Array snapshot = a;
  EXPECT_EQ(a.raw(), snapshot.raw());
  a.mutable_data<float>()[0] = 9;
  EXPECT_NE(a.raw(), snapshot.raw());
  EXPECT_EQ(snapshot.at({0, 0}), 0);
  EXPECT_EQ(a.at({0, 0}), 9);
  const void* own = a.raw();
  a.mutable_data<float>()[1] = 8;   // alone now: no copy
  EXPECT_EQ(a.raw(), own);
}

TEST(Array, WritingToAViewLeavesTheBaseAlone) {
  Array base = counting({3, 4});
  Array row = base.slice(0, 1, 2);
  row.mutable_data<float>()[0] = 100;
  EXPECT_EQ(base.at({1, 0}), 4);
  EXPECT_EQ(row.at({0, 0}), 100);
}

TEST(Array, WritingToAnExpandedViewGivesEveryElementItsPlace) {
  Array a = Array::full({1}, 3).expand({4});
  a.mutable_data<float>()[2] = 7;
  EXPECT_THAT(a.to_vector(), ElementsAreArray({3, 3, 7, 3}));
}

TEST(Array, Views) {
  const Array a = counting({2, 3});
  EXPECT_THAT(a.transpose(0, 1).to_vector(), ElementsAreArray({0, 3, 1, 4, 2, 5}));
  EXPECT_THAT(a.slice(1, 0, 3, 2).to_vector(), ElementsAreArray({0, 2, 3, 5}));
  EXPECT_THAT(a.slice(-1, 1, 1).to_vector(), ElementsAre());
  EXPECT_THAT(a.slice(0, 1, 2).expand({2, 3}).to_vector(), ElementsAreArray({3, 4, 5, 3, 4, 5}));
  EXPECT_THAT(a.permute({1, 0}).unsqueeze(0).squeeze(0).to_vector(), ElementsAreArray({0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(a.transpose(0, 1).raw(), a.raw());
  EXPECT_EQ(a.reshape({3, -1}).raw(), a.raw());
  EXPECT_THAT(a.transpose(0, 1).reshape({6}).to_vector(), ElementsAreArray({0, 3, 1, 4, 2, 5}));
  EXPECT_TRUE(a.slice(0, 1, 2).contiguous());
  EXPECT_FALSE(a.slice(1, 0, 2).contiguous());
}

// The elements are their own offsets: a shape can be a view if and only if steps along its dimensions give all of them.
bool can_be_a_view(const std::vector<double>& offsets, const Shape& shape) {
  const Shape steps = row_major_strides(shape);
  for (std::size_t k = 0; k < offsets.size(); ++k) {
    double expected = offsets[0];
    for (int i = 0; i < shape.rank(); ++i) {
      const auto at = static_cast<std::int64_t>(k) / steps[i] % shape[i];
      if (shape[i] > 1) expected += static_cast<double>(at) * (offsets[static_cast<std::size_t>(steps[i])] - offsets[0]);
    }
    if (expected != offsets[k]) return false;
  }
  return true;
}

TEST(Array, ReshapeIsAViewWhereverThatIsPossible) {
  const Array a = counting({2, 6, 4});
  const std::vector<Array> layouts{a, a.permute({2, 0, 1}), a.permute({1, 2, 0}), a.transpose(1, 2), a.slice(2, 0, 4, 2), a.slice(1, 1, 5),
                                   a.slice(0, 1, 2), a.slice(1, 0, 6, 3).transpose(0, 1), a.slice(2, 1, 2).expand({2, 6, 4}),
                                   a.slice(1, 2, 3).slice(2, 0, 1).expand({2, 6, 4}), a.slice(1, 0, 6, 2).unsqueeze(2).unsqueeze(0)};
  int views = 0, copies = 0;
  for (const Array& x : layouts) {
    const auto values = x.to_vector();
    const std::int64_t n = x.size();
    for (std::int64_t i = 1; i <= n; ++i)
      for (std::int64_t j = 1; j <= n / i; ++j)
        for (const Shape& shape : {Shape{i, j, -1}, Shape{1, i, 1, j, -1, 1}}) {
          if (n % (i * j) != 0) continue;
          const Array y = x.reshape(shape);
          EXPECT_EQ(y.to_vector(), values);
          const bool view = y.raw() == x.raw();
          EXPECT_EQ(view, can_be_a_view(values, y.shape())) << x.shape() << " by " << x.strides() << " as " << y.shape();
          ++(view ? views : copies);
        }
  }
  EXPECT_GT(views, 300);
  EXPECT_GT(copies, 300);
}

TEST(Array, CopiesOfEveryStrideAgreeWithIndexing) {
  const Array a = counting({3, 5, 7, 2});
  for (const Shape& axes : {Shape{0, 1, 2, 3}, Shape{3, 2, 1, 0}, Shape{0, 2, 1, 3}, Shape{1, 0, 3, 2}, Shape{2, 3, 0, 1}}) {
    const Array view = a.permute(axes).slice(1, 1, a.permute(axes).dim(1));
    const Array copy = view.contiguous_copy();
    EXPECT_TRUE(copy.contiguous());
    for (std::int64_t i = 0; i < view.dim(0); ++i)
      for (std::int64_t j = 0; j < view.dim(1); ++j)
        for (std::int64_t k = 0; k < view.dim(2); ++k)
          for (std::int64_t l = 0; l < view.dim(3); ++l) ASSERT_EQ(copy.at({i, j, k, l}), view.at({i, j, k, l}));
  }
}

TEST(Array, LargeTransposeAndConversionInParallel) {
  const Array a = counting({300, 701});
  const Array t = a.transpose(0, 1).contiguous_copy();
  for (std::int64_t i = 0; i < 300; i += 7)
    for (std::int64_t j = 0; j < 701; j += 13) ASSERT_EQ(t.at({j, i}), a.at({i, j}));
  EXPECT_EQ(a.to(f64).to(f32).to_vector(), a.to_vector());
  EXPECT_THAT(Array::from({0.5f, 0.f, -2.f}, {3}).to(boolean).to_vector(), ElementsAreArray({1, 0, 1}));
}

TEST(Array, EmptyAndScalar) {
  const Array empty({0, 3}, f32);
  EXPECT_EQ(empty.size(), 0);
  EXPECT_TRUE(empty.contiguous());
  EXPECT_EQ(empty.transpose(0, 1).contiguous_copy().shape(), (Shape{3, 0}));
  EXPECT_EQ(empty.reshape({0, 7}).shape(), (Shape{0, 7}));
  EXPECT_EQ(Array::scalar(2.5, f64).item(), 2.5);
}

TEST(Array, MemoryIsAlignedAndCounted) {
  const std::int64_t before = pool::live_bytes();
  {
    const Array a({1000}, f64);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.raw()) % 64, 0u);
    EXPECT_GE(pool::live_bytes(), before + 8000);
    EXPECT_GE(pool::peak_bytes(), before + 8000);
  }
  EXPECT_EQ(pool::live_bytes(), before);
}

TEST(Array, Errors) {
  const Array a = counting({2, 3});
  expect_error<ShapeError>([&] { a.reshape({4, 2}); }, {"reshape", "[2, 3]", "[4, 2]", "6", "8"});
  expect_error<ShapeError>([&] { a.reshape({-1, -1}); }, {"reshape", "at most one size may be -1"});
  expect_error<ShapeError>([&] { a.reshape({-1, 4}); }, {"reshape", "no multiple of 4"});
  expect_error<ShapeError>([&] { a.expand({3, 3}); }, {"expand", "[2, 3]", "[3, 3]", "only sizes of 1"});
  expect_error<ValueError>([&] { a.slice(0, 1, 5); }, {"slice", "[1, 5)", "size 2"});
  expect_error<ValueError>([&] { a.transpose(0, 2); }, {"transpose", "axis 2", "2 dimensions"});
  expect_error<ValueError>([&] { a.permute({0, 0}); }, {"permute", "named twice"});
  expect_error<ShapeError>([&] { (void)a.item(); }, {"item", "[2, 3]"});
  expect_error<DtypeError>([&] { (void)a.data<double>(); }, {"f32", "f64"});
  expect_error<ShapeError>([&] { (void)a.transpose(0, 1).span<float>(); }, {"contiguous"});
  expect_error<ShapeError>([&] { Array::from({1.f, 2.f}, {3}); }, {"2 values", "[3]"});
  expect_error<ShapeError>([&] { Array({-1}, f32); }, {"negative"});
  expect_error<ShapeError>([&] { Array({std::int64_t{1} << 40, std::int64_t{1} << 40}, f32); }, {"more elements than memory"});
  constexpr std::int64_t huge = std::int64_t{1} << 40;
  expect_error<ShapeError>([&] { a.reshape({huge, huge}); }, {"reshape", "more elements than memory"});
  expect_error<ShapeError>([&] { a.reshape({-2, 3}); }, {"reshape", "negative"});
  expect_error<ShapeError>([&] { Array::scalar(1).expand({huge, huge}); }, {"expand", "more elements than memory"});
  expect_error<ShapeError>([&] { Array::from({1.f}, {huge, huge}); }, {"array", "more elements than memory"});
  expect_error<ShapeError>([&] { Array({1, 1, 1, 1, 1, 1, 1, 1, 1}, f32); }, {"at most 8"});
  expect_error<GraphError>([&] { Array().to_vector(); }, {"undefined"});
}

}  // namespace gradus::array_test
