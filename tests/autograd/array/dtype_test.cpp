// Arrays of every element type: made, converted, moved about, compared, printed, added up, indexed with, differentiated where that is said.
#include <gradus/gradus.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "support.h"

namespace gradus::dtype_test {

using testing::ElementsAre;
using testing::ElementsAreArray;

constexpr Dtype every[] = {f32, f64, f16, bf16, i64, i32, i16, i8, u8, boolean};

const Array& conversions(const std::string& name) {
  static const Safetensors file = load_safetensors(GRADUS_GOLDEN "/conversions.safetensors");
  return file.arrays.at(name);
}

std::string text_of(const Tensor& x) {
  std::ostringstream out;
  out << x;
  return std::move(out).str();
}

std::string printed(const Tensor& x) { return text_of(x.value().as_contiguous()); }

TEST(Dtypes, AreOneList) {
  std::size_t at = 0;
  for (const Dtype d : every) {
    EXPECT_EQ(static_cast<std::size_t>(d), at++);
    EXPECT_EQ(visit(d, []<class T>(T) { return sizeof(T); }), size_of(d));
    EXPECT_EQ(visit(d, []<class T>(T) { return dtype_of<T>; }), d);
    EXPECT_EQ(is_floating(d) + is_integer(d) + (d == boolean), 1);
    EXPECT_EQ(computes_in(d) + is_small_float(d), is_floating(d));
    EXPECT_EQ(computes_in(d), d == f32 || d == f64);
    EXPECT_EQ(is_signed(d), d != u8 && d != boolean);
    EXPECT_EQ(summed_in(d), computes_in(d) ? f64 : is_small_float(d) ? f32 : i64);
    EXPECT_EQ(Array::zeros({2}, d).dtype(), d);
  }
  EXPECT_EQ(at, detail::element_count);
  EXPECT_EQ(text(f32, f64, f16, bf16, i64, i32, i16, i8, u8, boolean), "f32f64f16bf16i64i32i16i8u8bool");
  EXPECT_EQ(bfloat16, bf16);
  EXPECT_TRUE(
      (std::is_same_v<SumOf<Half>, float> && std::is_same_v<SumOf<float>, double> && std::is_same_v<SumOf<std::int8_t>, std::int64_t>));
}

TEST(Dtypes, HoldNumbersInTheirRange) {
  EXPECT_TRUE(holds(i8, -128) && holds(i8, 127) && !holds(i8, 128) && !holds(i8, -129) && !holds(i8, 0.5));
  EXPECT_TRUE(holds(u8, 255) && !holds(u8, 256) && !holds(u8, -1) && holds(boolean, 1) && !holds(boolean, 2));
  EXPECT_TRUE(holds(i64, -0x1p63) && !holds(i64, 0x1p63) && holds(i32, 0x1p31 - 1) && !holds(i32, 0x1p31) && holds(f16, 1e9));
  EXPECT_FALSE(holds(i64, std::numeric_limits<double>::quiet_NaN()));
}

TEST(Dtypes, ConvertAsPyTorchDoes) {
  int pairs = 0;
  for (const Dtype from : every)
    for (const Dtype to : every) {
      if (from == to) continue;
      const std::string name = text(from, '.', to);
      Array x = conversions(text(from));
      if (to == u8 && is_floating(from)) x = x.to(f64), x = maximum(Tensor(x), 0).value().to(from);   // as the golden file says
      const Array wanted = conversions(name), got = x.to(to);
      ASSERT_EQ(wanted.dtype(), to) << name;
      ASSERT_EQ(got.dtype(), to) << name;
      EXPECT_EQ(got.to_vector(), wanted.to_vector()) << name;
      // With gaps, and one element many times.
      const Array column = cat({unsqueeze(Tensor(x), 1), unsqueeze(Tensor(x), 1)}, 1).value().slice(1, 1, 2).squeeze(1);
      EXPECT_FALSE(column.contiguous());
      EXPECT_EQ(column.to(to).to_vector(), wanted.to_vector()) << name;
      EXPECT_EQ(x.slice(0, 1, 2).expand({3}).to(to).to_vector(), std::vector<double>(3, wanted.at({1}))) << name;
      ++pairs;
    }
  EXPECT_EQ(pairs, 90);
}

TEST(Dtypes, SmallFloatsRoundAsPyTorchDoes) {
  const Array floats = conversions("floats");
  for (const Dtype d : {f16, bf16}) {
    const Array wanted = conversions(text("floats.", d)), got = floats.to(d);
    visit(d, [&]<class T>(T) {
      if constexpr (!std::is_arithmetic_v<T>)
        for (std::int64_t i = 0; i < floats.size(); ++i) {
          const T a = got.data<T>()[i], b = wanted.data<T>()[i];
          ASSERT_TRUE(a.bits == b.bits || (a != a && b != b)) << floats.data<float>()[i] << ": " << a << ", not " << b;
        }
    });
    EXPECT_TRUE(std::isnan(got.to(f64).at({got.size() - 7})));
  }
}

TEST(Dtypes, LongRowsConvertOnAllCores) {
  const Tensor x = randn({3, 70'001});
  for (const Dtype d : {f16, bf16}) {
    const Array small = x.to(d).value(), turned = Tensor(x.value().transpose(0, 1)).to(d).value();
    visit(d, [&]<class T>(T) {
      if constexpr (!std::is_arithmetic_v<T>)
        for (std::int64_t i = 0; i < x.size(); ++i) {
          ASSERT_EQ(small.data<T>()[i].bits, T(x.value().data<float>()[i]).bits);
          ASSERT_EQ(turned.as_contiguous().data<T>()[i % 70'001 * 3 + i / 70'001].bits, T(x.value().data<float>()[i]).bits);
        }
    });
  }
}

TEST(Dtypes, AreMade) {
  for (const Dtype d : every) {
    EXPECT_EQ(printed(ones({2}, d)), d == boolean ? "[true, true] bool [2]" : text("[1, 1] ", d, " [2]"));
    EXPECT_EQ(full({2, 2}, 1, d).value().to_vector(), std::vector<double>(4, 1));
    EXPECT_THAT(eye(2, d).value().to_vector(), ElementsAreArray({1, 0, 0, 1}));
    EXPECT_THAT(tensor({0, 1, 1}, d).value().to_vector(), ElementsAreArray({0, 1, 1}));
    if (d == boolean) continue;
    EXPECT_THAT(arange(4, d).value().to_vector(), ElementsAreArray({0, 1, 2, 3}));
    EXPECT_EQ(tensor(std::vector<int>{3, 2}, d).dtype(), d);
    EXPECT_EQ(full_like(zeros({2}, d), 3).dtype(), d);
  }
  EXPECT_EQ(Array::from(std::vector<std::int32_t>{1, 2}, {2}).dtype(), i32);
  EXPECT_EQ(Array::from(std::vector<std::int16_t>{1, 2}, {2}).dtype(), i16);
  EXPECT_EQ(Array::from(std::vector<Half>{Half(1), Half(2)}, {2}).dtype(), f16);
  EXPECT_EQ(Array::from({1, 2}, {2}).dtype(), i64);   // ints in braces
  EXPECT_EQ(Array::from({BFloat16(1)}, {1}).data<BFloat16>()[0], 1);
}

TEST(Dtypes, ArePrinted) {
  EXPECT_EQ(printed(tensor({0.1, 1.0 / 3, 65504, -2}, f16)), "[0.099976, 0.33325, 65504, -2] f16 [4]");
  EXPECT_EQ(printed(tensor({0.1, 3.0e38}, bf16)), "[0.1001, 3.0041e+38] bf16 [2]");
  EXPECT_EQ(printed(tensor({-128, 127}, i8)), "[-128, 127] i8 [2]");
  EXPECT_EQ(printed(tensor({1234567, -2147483648.0}, i32)), "[1234567, -2147483648] i32 [2]");
  EXPECT_EQ(printed(Array::from({std::numeric_limits<std::int64_t>::max()}, {1})), "[9223372036854775807] i64 [1]");
  EXPECT_EQ(text_of(tensor({200}, u8)), "[200] u8 [1]");
}

TEST(Dtypes, AreMovedAbout) {
  std::vector<double> numbers;
  for (int i = 0; i < 120; ++i) numbers.push_back(i);
  for (const Dtype d : every) {
    if (d == boolean) continue;
    const Tensor x = reshape(tensor(numbers, d), {2, 3, 20});
    const auto same = [&](const Tensor& got, const Tensor& wanted) {
      EXPECT_EQ(got.dtype(), d);
      EXPECT_EQ(got.shape(), wanted.shape());
      EXPECT_EQ(got.value().to_vector(), wanted.value().to_vector()) << d;
    };
    const Tensor y = x.to(f64);
    same(transpose(x, 0, 2), transpose(y, 0, 2));
    same(permute(x, {2, 0, 1}), permute(y, {2, 0, 1}));
    same(slice(x, 2, 3, 19, 4), slice(y, 2, 3, 19, 4));
    same(expand(select(x, 1, 1), {4, 2, 20}), expand(select(y, 1, 1), {4, 2, 20}));
    same(cat({x, slice(x, 1, 0, 1)}, 1), cat({y, slice(y, 1, 0, 1)}, 1));
    same(stack({x, x}, 3), stack({y, y}, 3));
    same(reshape(transpose(x, 1, 2), {20, 6}), reshape(transpose(y, 1, 2), {20, 6}));
    const Tensor index = remainder(reshape(arange(60, i64), {2, 3, 10}), 20);
    same(gather(x, 2, index), gather(y, 2, index));
    same(where(x > 50, x, zeros_like(x)), where(y > 50, y, zeros_like(y)));
    same(max(x, 1), max(y, 1));
    EXPECT_EQ(argmax(x, 2).value().to_vector(), argmax(y, 2).value().to_vector());
    EXPECT_EQ((x == 7).value().to_vector(), (y == 7).value().to_vector());
    EXPECT_EQ((x <= transpose(transpose(x, 0, 2), 0, 2)).value().to_vector(), std::vector<double>(120, 1));
    Array copy = x.value().transpose(0, 2);
    EXPECT_EQ(copy.as_contiguous().to_vector(), y.value().transpose(0, 2).to_vector());
  }
}

// Planes of two-byte elements are turned in squares of eight.
TEST(Dtypes, PlanesOfTwoBytesAreTurned) {
  for (const auto& [rows, columns] : {std::pair(8, 8), {9, 17}, {64, 64}, {131, 77}, {3, 200}, {200, 3}}) {
    const Tensor x = remainder(reshape(arange(rows * columns, i64), {rows, columns}), 30011).to(i16);
    const Array turned = x.value().transpose(0, 1).as_contiguous();
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) ASSERT_EQ(turned.at({j, i}), (i * columns + j) % 30011);
  }
}

TEST(Dtypes, WholeNumbersHaveArithmetic) {
  for (const Dtype d : {i64, i32, i16, i8}) {
    const Tensor a = tensor({-7, 7, -8, 0}, d), b = tensor({2, -2, 3, 5}, d);
    const auto check = [d](const Tensor& x, std::vector<double> wanted) {
      EXPECT_EQ(x.dtype(), d);
      EXPECT_EQ(x.value().to_vector(), wanted) << d;
    };
    check(a + b, {-5, 5, -5, 5});
    check(a - b, {-9, 9, -11, -5});
    check(a * b, {-14, -14, -24, 0});
    check(floor_divide(a, b), {-4, -4, -3, 0});
    check(remainder(a, b), {1, -1, 1, 0});
    check(-a, {7, -7, 8, 0});
    check(abs(a), {7, 7, 8, 0});
    check(sign(a), {-1, 1, -1, 0});
    check(square(a), {49, 49, 64, 0});
    check(pow(b, 3), {8, -8, 27, 125});
    check(clamp(a, -3, 4), {-3, 4, -3, 0});
    check(maximum(a, b), {2, 7, 3, 5});
    const double least = visit(d, []<class T>(T) { return static_cast<double>(std::numeric_limits<T>::min()); });
    const Tensor end = full({1}, least, d);
    check(-end, {least});                       // what does not fit wraps around
    check(floor_divide(end, -1), {least});
    check(remainder(end, -1), {0});
    check(end + end, {0});
    EXPECT_EQ(sum(a).dtype(), i64);
    EXPECT_EQ(sum(a).item(), -8);
    expect_error<ValueError>([&] { floor_divide(a, 0); }, {"division by zero"});
    expect_error<DtypeError>([&] { a / b; }, {"div: true division", text(d)});
    expect_error<DtypeError>([&] { a * 0.5; }, {"the number 0.5 is no ", text(d)});
    expect_error<DtypeError>([&] { exp(a); }, {"exp: needs f32 or f64"});
  }
  EXPECT_EQ((tensor({100}, i8) + tensor({100}, i8)).item(), -56);
  EXPECT_EQ((tensor({30000}, i16) * 3).item(), 90000 - 65536 * 1);
  expect_error<DtypeError>([] { tensor({1}, i8) + 128; }, {"the number 128 is no i8"});
  expect_error<DtypeError>([] { tensor({1}, i8) + tensor({1}, i16); }, {"dtypes differ: [1] i8 and [1] i16"});
}

TEST(Dtypes, AnyWholeNumbersAreIndices) {
  const Tensor table = randn({5, 3}), logits = randn({3, 4}), x = randn({3, 2});
  const Tensor index = tensor({4, 0, 2}, i64), label = tensor({3, 0, 1}, i64), pick = tensor({{1, 0}, {0, 0}, {1, 1}}, i64);
  for (const Dtype d : {i64, i32, i16, i8, u8}) {
    EXPECT_EQ(embedding(index.to(d), table).value().to_vector(), embedding(index, table).value().to_vector());
    EXPECT_EQ(cross_entropy(logits, label.to(d)).item(), cross_entropy(logits, label).item());
    EXPECT_EQ(gather(x, 1, pick.to(d)).value().to_vector(), gather(x, 1, pick).value().to_vector());
    EXPECT_EQ(scatter_add(x, 1, pick.to(d), {3, 2}).value().to_vector(), scatter_add(x, 1, pick, {3, 2}).value().to_vector());
    EXPECT_EQ(nn::accuracy(logits, label.to(d)), nn::accuracy(logits, label));
    const Tensor weight = variable(table);
    sum(embedding(index.to(d), weight)).backward();
    EXPECT_THAT(sum(weight.grad(), 1).value().to_vector(), ElementsAreArray({3, 0, 3, 0, 3}));
  }
  expect_error<DtypeError>([&] { embedding(index.to(f16), table); }, {"embedding: indices must be whole numbers", "not f16", "x.to(i64)"});
  expect_error<DtypeError>([&] { cross_entropy(logits, label.to(boolean)); }, {"cross_entropy: labels must be whole numbers", "not bool"});
  expect_error<DtypeError>([&] { gather(x, 1, pick.to(f32)); }, {"gather: the index must be whole numbers", "not f32"});
  expect_error<DtypeError>([&] { nn::accuracy(logits, label.to(f32)); }, {"accuracy: labels must be whole numbers", "not f32"});
  expect_error<ValueError>([&] { embedding(tensor({-1}, i8), table); }, {"index -1"});
}

// Small floats are storage: what computes with them refuses them by name.
TEST(Dtypes, SmallFloatsAreNotComputedWith) {
  for (const Dtype d : {f16, bf16}) {
    const Tensor x = ones({2, 2}, d), image = ones({1, 1, 4, 4}, d);
    const std::string not_this = text("not ", d);
    const std::pair<const char*, std::function<void()>> uses[] = {
        {"add", [&] { x + x; }}, {"mul", [&] { x * 2; }}, {"exp", [&] { exp(x); }}, {"mean", [&] { mean(x); }},
        {"matmul", [&] { matmul(x, x); }},
        {"softmax", [&] { softmax(x); }}, {"cross_entropy", [&] { cross_entropy(x, zeros({2}, i64)); }},
        {"mse_loss", [&] { mse_loss(x, x); }},
        {"dropout", [&] { dropout(x, 0.5, default_generator()); }}, {"max_pool2d", [&] { max_pool2d(image, {.kernel = 2}); }},
        {"conv2d", [&] { conv2d(image, image); }}, {"linear", [&] { linear(x, x); }}, {"embedding", [&] { embedding(zeros({1}, i64), x); }},
        {"random numbers", [&] { randn({2}, default_generator(), d); }}, {"max", [&] { max(variable(x)); }},
        {"batch_norm", [&] { Array none; batch_norm(x, {}, {}, none, none); }}};
    for (const auto& [op, use] : uses) {
      SCOPED_TRACE(op);
      expect_error<DtypeError>(use, {op, "f32 or f64", text(d)});
    }
    expect_error<DtypeError>([&] { nn::Linear(2, 2, {.dtype = d}); }, {"Linear", text(d)});
    nn::Linear layer(2, 2);
    expect_error<DtypeError>([&] { nn::to(layer, d); }, {"to: a model is f32 or f64", text(d)});
    Parameter p(x.value());
    expect_error<DtypeError>([&] { optim::SGD({{"p", p.leaf()}}, {.lr = 1}); }, {"only f32 and f64 can be trained"});
  }
}

TEST(Dtypes, ConversionsBetweenFloatsAreDifferentiable) {
  for (const Dtype from : {f32, f64, f16, bf16})
    for (const Dtype to : {f32, f64, f16, bf16}) {
      const Tensor x = variable(tensor({1.5, -2, 0.25}, from)), weights = tensor({2, 3, 5}, f64);
      sum(x.to(to).to(f64) * weights).backward();
      EXPECT_EQ(x.grad().dtype(), from);
      EXPECT_THAT(x.grad().value().to_vector(), ElementsAreArray({2, 3, 5})) << from << " to " << to;
    }
  // The gradient passes through the small float and is rounded there.
  const Tensor x = variable(tensor({1.0}, f64));
  sum(x.to(f16).to(f64) * (1 + 0x1p-12)).backward();
  EXPECT_EQ(x.grad().item(), 1);
  expect_error<DtypeError>([] { variable(zeros({2}, i8)); }, {"variable: gradients need a floating dtype, not i8", "x.to(f32)"});
}

TEST(Dtypes, LeavesOfSmallFloatsSumTheirGradients) {
  for (const Dtype d : {f16, bf16}) {
    const Tensor x = variable(tensor({{1, 2}, {3, 4}}, d));
    const Tensor wide = x.to(f32), other = transpose(x, 0, 1).to(f32), part = slice(x, 0, 0, 1).to(f32),
                 many = expand(unsqueeze(x, 0), {3, 2, 2}).to(f32);
    (sum(wide * wide) + sum(other) + sum(part * 10) + sum(many) + sum(gather(x, 1, zeros({2, 2}, i32)).to(f32)) +
     sum(cat({x, x}, 0)).to(f32))
        .backward();
    EXPECT_EQ(x.grad().dtype(), d);
    EXPECT_THAT(x.grad().value().to_vector(), ElementsAre(2 + 1 + 10 + 3 + 2 + 2, 4 + 1 + 10 + 3 + 2, 6 + 1 + 3 + 2 + 2, 8 + 1 + 3 + 2));
  }
}

TEST(Dtypes, SumsOfSmallFloatsAreKeptInFloat) {
  EXPECT_EQ(sum(ones({4097}, f16)).item(), 4096);                     // 2048 would be the end of adding up in f16
  EXPECT_EQ(sum(ones({4097}, f16)).dtype(), f16);
  EXPECT_EQ(sum(ones({100'000}, bf16)).item(), 99840);                // the nearest bf16
  EXPECT_EQ(sum(full({3, 70000}, 1, f16), 1).value().to_vector(), std::vector<double>(3, HUGE_VAL));
  EXPECT_THAT(sum(tensor({{1, 2}, {3, 4}}, bf16), 0, true).value().to_vector(), ElementsAreArray({4, 6}));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(max(tensor({1, nan, 3}, f16)).item()));
  EXPECT_EQ(argmax(tensor({1, nan, 3}, f16), 0).item(), 1);
  EXPECT_EQ(max(tensor({-1, -3}, bf16)).item(), -1);
}

}  // namespace gradus::dtype_test
