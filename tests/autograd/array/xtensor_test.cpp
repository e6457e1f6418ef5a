// Arrays and xtensor's containers, views and expressions: who shares memory with whom, for how long, and what is refused.
#include <gradus/autograd/array/xtensor.h>

#include <cmath>

#include <xtensor/xmath.hpp>
#include <xtensor/xsort.hpp>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/ops.h>

#include "support.h"

namespace gradus::xtensor_test {

template <class T>
class XtensorOf : public testing::Test {};
using Elements = testing::Types<float, double, Half, BFloat16, std::int64_t, std::int32_t, std::int16_t, std::int8_t, std::uint8_t, bool>;
TYPED_TEST_SUITE(XtensorOf, Elements);

TYPED_TEST(XtensorOf, GoesThereAndBackWithoutACopy) {
  using T = TypeParam;
  xt::xarray<T> x{{T(0), T(1), T(1)}, {T(1), T(0), T(1)}};
  const T* const memory = x.data();
  const Array a = from_xtensor(std::move(x));
  EXPECT_EQ(a.raw(), memory);
  EXPECT_EQ(a.dtype(), dtype_of<T>);
  EXPECT_TRUE(a.contiguous());
  EXPECT_TRUE(a.unique());
  EXPECT_EQ(a.to_vector(), (std::vector<double>{0, 1, 1, 1, 0, 1}));
  const auto view = as_xtensor<T>(a);
  EXPECT_EQ(view.data(), memory);
  EXPECT_EQ(view, (xt::xarray<T>{{T(0), T(1), T(1)}, {T(1), T(0), T(1)}}));
  EXPECT_EQ((as_xtensor<T, 2>(a.transpose(0, 1)).data()), memory);
  EXPECT_EQ((as_xtensor<T, 2>(a.transpose(0, 1))(2, 0)), T(1));
}

TEST(Xtensor, ViewsOfAnyStridesAndExpressions) {
  Generator g(3);
  const Tensor x = randn({3, 4, 5}, g, f64);
  const Array turned = x.value().permute({2, 0, 1}).slice(1, 1, 3);
  const auto view = as_xtensor<double>(turned);
  ASSERT_EQ(view.shape(0), 5u);
  for (std::int64_t i = 0; i < 5; ++i)
    for (std::int64_t j = 0; j < 2; ++j)
      for (std::int64_t k = 0; k < 4; ++k) EXPECT_EQ(view(i, j, k), turned.at({i, j, k}));
  const Array some = x.value().slice(1, 0, 4, 3).slice(2, 1, 5, 2);
  EXPECT_EQ(from_xtensor(as_xtensor<double>(some)).to_vector(), some.to_vector());
  EXPECT_EQ(from_xtensor(as_xtensor<double, 3>(some) * 1.).to_vector(), some.to_vector());
  const Array y = from_xtensor<double>(xt::sin(view) * 2 + 1);
  EXPECT_NEAR(y.at({4, 1, 3}), std::sin(turned.at({4, 1, 3})) * 2 + 1, 1e-15);
  const Array repeated = Array::from({1., 2.}, {2}).expand({3, 2});
  EXPECT_EQ(from_xtensor(as_xtensor<double>(repeated)).to_vector(), (std::vector<double>{1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(from_xtensor(xt::amax(as_xtensor<double, 3>(turned), {0, 2})).shape(), Shape({2}));
}

TEST(Xtensor, AViewKeepsItsElementsAndDoesNotSeeWhatIsWrittenLater) {
  auto kept = as_xtensor<float>((tensor({1, 2, 3}) * 2).value());     // of a temporary
  EXPECT_EQ(kept(2), 6);
  Array a = Array::from({1.f, 2.f}, {2});
  const auto before = as_xtensor<float>(a);
  a.mutable_data<float>()[0] = 7;
  EXPECT_EQ(before(0), 1);
  EXPECT_EQ(a.at({0}), 7);
  const auto copy = before;
  EXPECT_EQ(copy(1), 2);
}

TEST(Xtensor, WritingUnsharesFirst) {
  const Array y = Array::from({1., 2., 3., 4.}, {2, 2});
  Array z = y;
  as_mutable_xtensor<double>(z)(0, 0) = 42;
  as_mutable_xtensor<double, 2>(z)(1, 1) = 43;
  EXPECT_EQ(z.to_vector(), (std::vector<double>{42, 2, 3, 43}));
  EXPECT_EQ(y.to_vector(), (std::vector<double>{1, 2, 3, 4}));
  Array turned = y.transpose(0, 1);
  auto w = as_mutable_xtensor<double>(turned);
  w *= 2;
  EXPECT_EQ(turned.to_vector(), (std::vector<double>{2, 6, 4, 8}));
  EXPECT_EQ(y.to_vector(), (std::vector<double>{1, 2, 3, 4}));
}

TEST(Xtensor, ExpressionsAreAssignedIntoWhatIsThere) {
  Array a = Array::from({1., 2., 3.}, {3});
  const void* const memory = a.raw();
  assign_xtensor(a, xt::xarray<double>{4, 5, 6} + 1);
  EXPECT_EQ(a.raw(), memory);
  EXPECT_EQ(a.to_vector(), (std::vector<double>{5, 6, 7}));
  assign_xtensor(a, xt::cumsum(as_xtensor<double>(a)));                  // reads what it writes: the view is a snapshot
  EXPECT_EQ(a.to_vector(), (std::vector<double>{5, 11, 18}));
  assign_xtensor<double>(a, xt::xarray<int>{1, 2, 3});
  EXPECT_EQ(a.to_vector(), (std::vector<double>{1, 2, 3}));
  expect_error<ShapeError>([&] { assign_xtensor(a, xt::xarray<double>{1, 2}); }, {"assign_xtensor", "[2]", "[3]", "xt::broadcast"});
  expect_error<DtypeError>([&] { assign_xtensor(a, xt::xarray<float>{1, 2, 3}); }, {"f64", "f32"});
  Array undefined;
  expect_error<ShapeError>([&] { assign_xtensor(undefined, xt::xarray<double>(1.0)); }, {"assign_xtensor"});
}

TEST(Xtensor, WhatIsGivenAwayKeepsItsLayout) {
  xt::xarray<float, xt::layout_type::column_major> columns{{1, 2, 3}, {4, 5, 6}};
  const float* memory = columns.data();
  const Array a = from_xtensor(std::move(columns));
  EXPECT_EQ(a.raw(), memory);
  EXPECT_EQ(a.strides(), Shape({1, 2}));
  EXPECT_FALSE(a.contiguous());
  EXPECT_EQ(a.to_vector(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(sum(Tensor(a), 0).value().to_vector(), (std::vector<double>{5, 7, 9}));

  xt::xtensor<double, 2> table{{1, 2, 3}, {4, 5, 6}};
  const double* second = table.data() + 1;
  const Array b = from_xtensor(xt::view(std::move(table), xt::all(), xt::range(1, 3)));     // a view that holds its container
  EXPECT_EQ(b.raw(), second);
  EXPECT_EQ(b.to_vector(), (std::vector<double>{2, 3, 5, 6}));

  const Array c = from_xtensor(xt::transpose(xt::xtensor<double, 2>{{1, 2, 3}, {4, 5, 6}}));
  EXPECT_EQ(c.shape(), Shape({3, 2}));
  EXPECT_EQ(c.to_vector(), (std::vector<double>{1, 4, 2, 5, 3, 6}));
  const Array backwards = from_xtensor(xt::flip(xt::xtensor<double, 1>{1, 2, 3}, 0));        // copied: no array steps backwards
  EXPECT_EQ(backwards.to_vector(), (std::vector<double>{3, 2, 1}));
  const Array fixed = from_xtensor(xt::xtensor_fixed<float, xt::xshape<2, 2>>{{1, 2}, {3, 4}});
  EXPECT_EQ(fixed.to_vector(), (std::vector<double>{1, 2, 3, 4}));
}

TEST(Xtensor, WhatIsNotGivenAwayIsCopied) {
  xt::xarray<double> x{1, 2, 3};
  const Array a = from_xtensor(x), part = from_xtensor(xt::view(x, xt::range(1, 3)));
  x(1) = 9;
  EXPECT_EQ(a.to_vector(), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(part.to_vector(), (std::vector<double>{2, 3}));
  EXPECT_EQ(from_xtensor<float>(std::move(x)).dtype(), f32);                                 // another type: converted
}

// Counts how often its elements are freed.
template <class T>
struct Counting : std::allocator<T> {
  static inline int freed = 0;
  template <class U> struct rebind { using other = Counting<U>; };
  void deallocate(T* p, std::size_t n) {
    ++freed;
    std::allocator<T>::deallocate(p, n);
  }
};

TEST(Xtensor, MemoryThatWasGivenAwayIsFreedOnceWithTheLastArray) {
  using Container = xt::xarray_container<xt::uvector<double, Counting<double>>>;
  Counting<double>::freed = 0;
  {
    Array slice;
    {
      Container x(std::vector<std::size_t>{4}, 1.5);
      Array a = from_xtensor(std::move(x)), copy = a;
      slice = copy.slice(0, 1, 3);
    }
    EXPECT_EQ(Counting<double>::freed, 0);
    EXPECT_EQ(slice.to_vector(), (std::vector<double>{1.5, 1.5}));
    slice.mutable_data<double>()[0] = 2;                       // alone by now: written where it is
    EXPECT_EQ(Counting<double>::freed, 0);
  }
  EXPECT_EQ(Counting<double>::freed, 1);
}

TEST(Xtensor, SmallFloatsAreStoredAndConverted) {
  const Array a = from_xtensor<BFloat16>(xt::xarray<float>{1.f, 2.f, 3.f} * 1.5f);
  EXPECT_EQ(a.dtype(), bf16);
  EXPECT_EQ(a.to_vector(), (std::vector<double>{1.5, 3, 4.5}));
  const Array twice = from_xtensor(xt::cast<float>(as_xtensor<BFloat16>(a)) * 2.f);
  EXPECT_EQ(twice.dtype(), f32);
  EXPECT_EQ(twice.to_vector(), (std::vector<double>{3, 6, 9}));
  expect_error<DtypeError>([&] { as_xtensor<float>(a); }, {"bf16", "a.to(f32)"});
}

TEST(Xtensor, NothingAndSingleElements) {
  const Array empty = from_xtensor(xt::xarray<float>::from_shape({0, 3}));
  EXPECT_EQ(empty.shape(), Shape({0, 3}));
  EXPECT_EQ(from_xtensor(as_xtensor<float>(empty) + 1.f).shape(), Shape({0, 3}));
  EXPECT_EQ(from_xtensor(xt::sum(as_xtensor<float>(empty), {0})).to_vector(), (std::vector<double>{0, 0, 0}));
  const Array scalar = from_xtensor(xt::xarray<double>(2.5));
  EXPECT_EQ(scalar.shape(), Shape());
  EXPECT_EQ(as_xtensor<double>(scalar)(), 2.5);
  EXPECT_EQ(from_xtensor(as_xtensor<double>(scalar) * 2).item(), 5);
  const Array ones = from_xtensor(xt::xtensor<double, 3>{{{7}}});
  EXPECT_EQ(ones.shape(), Shape({1, 1, 1}));
  EXPECT_TRUE(ones.contiguous());
  EXPECT_EQ((Tensor(ones) * tensor({1, 2}, f64)).value().to_vector(), (std::vector<double>{7, 14}));
  EXPECT_EQ(from_xtensor(xt::argmax(xt::xarray<double>{1, 3, 2})).dtype(), i64);
  EXPECT_EQ(from_xtensor(as_xtensor<double>(ones) > 1.).dtype(), boolean);
}

TEST(Xtensor, RefusesOtherTypesAndRanks) {
  const Array y = Array::zeros({2, 3}, f64);
  expect_error<DtypeError>([&] { as_xtensor<float>(y); }, {"f64", "f32", "a.to(f32)"});
  expect_error<ShapeError>([&] { as_xtensor<double, 1>(y); }, {"as_xtensor: rank 1", "[2, 3]", "as_xtensor<T>(a)"});
  Array z = y;
  expect_error<ShapeError>([&] { as_mutable_xtensor<double, 3>(z); }, {"rank 3"});
  EXPECT_FALSE(z.unique());                                    // refused before anything was copied
  expect_error<Error>([] { as_xtensor<float>(Array()); }, {"undefined"});
  expect_error<ShapeError>([] { from_xtensor(xt::xarray<double>::from_shape(std::vector<std::size_t>(9, 1))); }, {"8"});
}

TEST(FromBlob, TakesMemoryOverOrNothing) {
  static int released;
  released = 0;
  float memory[6] = {1, 2, 3, 4, 5, 6};
  const auto release = [](void* holder) { released += holder == &released; };
  {
    Array a = Array::from_blob(memory, {3, 2}, {1, 3}, f32, &released, release);
    EXPECT_EQ(a.to_vector(), (std::vector<double>{1, 4, 2, 5, 3, 6}));
    EXPECT_TRUE(a.unique());
    a.mutable_data<float>()[1] = 9;
    const Tensor y = relu(Tensor(a)) + 1;
    EXPECT_EQ(y.value().to_vector(), (std::vector<double>{2, 5, 10, 6, 4, 7}));
    EXPECT_EQ(released, 0);
  }
  EXPECT_EQ(released, 1);
  EXPECT_EQ(memory[1], 9);
  expect_error<ShapeError>([&] { Array::from_blob(memory, {6}, {-1}, f32, &released, release); }, {"from_blob", "[-1]", "copy"});
  expect_error<ShapeError>([&] { Array::from_blob(memory, {6}, {}, f32, &released, release); }, {"from_blob", "[6]"});
  expect_error<ShapeError>([&] { Array::from_blob(memory, {-6}, {1}, f32, &released, release); }, {"from_blob"});
  expect_error<ValueError>([&] { Array::from_blob(nullptr, {6}, {1}, f32, &released, release); }, {"from_blob", "nullptr"});
  expect_error<ValueError>([&] { Array::from_blob(memory, {6}, {1}, f32, &released, nullptr); }, {"from_blob", "release"});
  EXPECT_EQ(released, 1);
}

}  // namespace gradus::xtensor_test
