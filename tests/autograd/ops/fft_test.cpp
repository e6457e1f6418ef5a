// Fourier transforms against PyTorch's numbers (golden/make_linalg.py), and of any length against their definition.
#include <cmath>
#include <limits>
#include <numbers>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/fft.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::fft_test {

using fft::Norm;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Doubles = std::vector<double>;
using Inputs = const std::vector<Tensor>&;

Doubles numbers(const Tensor& x) { return x.value().to_vector(); }
double largest(const Tensor& x) { return x.size() ? max(abs(x)).item() : 0; }

Tensor flat(const std::vector<Tensor>& parts) {
  std::vector<Tensor> all;
  for (const Tensor& part : parts) all.push_back(reshape(part, {-1}));
  return cat(all);
}
Tensor both(const ComplexPair& x) { return flat({x.real, x.imag}); }

void expect_golden(const std::string& name, Tensor (*f)(Inputs x)) {
  gradus::expect_golden("linalg", name, {"a", "b", "c", "d"}, f, 1e-10, 1e-9);
}

// Of the rows of real numbers, by definition, in long doubles.
ComplexPair by_definition(const Tensor& x) {
  const std::size_t n = static_cast<std::size_t>(x.dim(-1));
  std::vector<long double> c, s;
  for (std::size_t k = 0; k < n; ++k) {
    const long double angle = 2 * std::numbers::pi_v<long double> * static_cast<long double>(k) / static_cast<long double>(n);
    c.push_back(std::cos(angle)), s.push_back(-std::sin(angle));
  }
  const Doubles from = numbers(x);
  Doubles real, imag;
  for (const double* row = from.data(); row < from.data() + from.size(); row += n)
    for (std::size_t k = 0; k < n; ++k) {
      long double a = 0, b = 0;
      for (std::size_t j = 0, at = 0; j < n; ++j, at = at + k < n ? at + k : at + k - n) a += row[j] * c[at], b += row[j] * s[at];
      real.push_back(static_cast<double>(a)), imag.push_back(static_cast<double>(b));
    }
  return {reshape(tensor(real, f64), x.shape()), reshape(tensor(imag, f64), x.shape())};
}

TEST(Fft, IsPyTorchs) {
  expect_golden("fft_12", [](Inputs x) { return both(fft::fft({x[0], x[1]})); });
  expect_golden("fft_real", [](Inputs x) { return both(fft::fft(x[0], 7, 0, Norm::ortho)); });
  expect_golden("fft_inverse", [](Inputs x) { return both(fft::ifft({x[0], x[1]}, -1, -1, Norm::forward)); });
  expect_golden("fft_half_7", [](Inputs x) { return both(fft::rfft(x[0], 7, 1)); });
  expect_golden("fft_half_8", [](Inputs x) { return both(fft::rfft(x[0], 8, 1)); });
  expect_golden("fft_half_inverse_7", [](Inputs x) { return fft::irfft({x[0], x[1]}, 7); });
  expect_golden("fft_half_inverse_8", [](Inputs x) { return fft::irfft({x[0], x[1]}, 8); });
  expect_golden("fft_hermitian", [](Inputs x) { return fft::hfft({x[0], x[1]}, -1, -1, Norm::ortho); });
  expect_golden("fft_hermitian_inverse", [](Inputs x) { return both(fft::ihfft(x[0])); });
  expect_golden("fft_several", [](Inputs x) { return both(fft::fftn({x[0], x[1]}, {2, 5}, {0, 2})); });
  expect_golden("fft_several_last", [](Inputs x) { return both(fft::rfftn(x[0], {3, 6})); });
  expect_golden("fft_several_inverse", [](Inputs x) { return fft::irfftn({x[0], x[1]}, {}, {}, Norm::ortho); });
  expect_golden("fft_image", [](Inputs x) { return both(fft::ifft2({x[0], x[1]})); });
  expect_golden("fft_shift", [](Inputs x) {
    return flat({fft::fftshift(x[0]), fft::ifftshift(x[0], 1), fft::fftfreq(6, 0.5, f64) + 0 * select(select(x[0], 0, 0), 0, 0),
                 fft::rfftfreq(7, 1, f64) + 0 * select(select(x[0], 0, 0), 0, 0)});
  });
}

// Every way to cut a length: by 2, 3, 4, 5, larger primes, a convolution; rows and columns of any number; each transform's error below a
// few roundings of its size.
void expect_transforms(std::int64_t n, const Shape& shape) {
  const int axis = shape.rank() == 3 || shape[0] == n ? shape.rank() == 3 : 1;
  const auto rows = [=](const Tensor& x) { return movedim(x, axis, -1).to(f64); };
  const auto error = [&](const ComplexPair& got, const Tensor& real, const Tensor& imag) {
    return largest(rows(got.real) - real) + largest(rows(got.imag) - imag);
  };
  const Tensor first = random(shape, 1, f32), second = random(shape, 2, f32);  // the same numbers in both dtypes
  const ComplexPair of_first = by_definition(rows(first)), of_second = by_definition(rows(second));
  for (const Dtype dtype : {f32, f64}) {
    SCOPED_TRACE(text(dtype, " ", n, " of ", shape));
    const double tolerance = (dtype == f32 ? 6e-8 : 1.2e-16) * std::sqrt(double(n)) * (12 + 3 * std::log2(double(n)));
    const Tensor real = first.to(dtype), imag = second.to(dtype);
    const ComplexPair y = fft::fft({real, imag}, -1, axis), back = fft::ifft(y, -1, axis), half = fft::rfft(real, -1, axis);
    EXPECT_LT(error(y, of_first.real - of_second.imag, of_first.imag + of_second.real), tolerance);
    EXPECT_LT(error(back, rows(real), rows(imag)), tolerance);
    EXPECT_LT(error(fft::fft(real, -1, axis), of_first.real, of_first.imag), tolerance);
    EXPECT_EQ(half.real.dim(axis), n / 2 + 1);
    EXPECT_LT(error(half, slice(of_first.real, -1, 0, n / 2 + 1), slice(of_first.imag, -1, 0, n / 2 + 1)), tolerance);
    EXPECT_EQ(largest(slice(half.imag, axis, 0, 1)), 0);
    EXPECT_LT(largest(fft::irfft(half, n, axis) - real), tolerance);
    // What a half spectrum has no room for is not looked at.
    const Tensor k = arange(0, double(n / 2 + 1), dtype), nowhere = (k == 0 || k * 2 == double(n)).to(dtype);
    const Tensor noise = movedim(movedim(half.imag, axis, -1) + nowhere, -1, axis);
    EXPECT_LT(largest(fft::irfft({half.real, noise}, n, axis) - real), tolerance);
  }
}
TEST(Fft, OfAnyLength) {
  for (std::int64_t n = 1; n <= 38; ++n)
    for (const Shape& shape : {Shape{n}, {19, n}, {2, n, 3}, {n, 21}}) expect_transforms(n, shape);
  for (const std::int64_t n : {64, 72, 97, 105, 128, 217, 251, 256, 961, 1000}) expect_transforms(n, {2, n});
}

TEST(Fft, ThreadsAndLongRows) {
  const int threads = num_threads();
  std::vector<Doubles> found;
  for (const int count : {1, 3}) {
    set_threads(count);
    const Tensor x = random({50, 1000}, 1, f32), y = random({50, 1000}, 2, f32);
    found.push_back(numbers(flat({both(fft::fft2({x, y})), both(fft::rfft(x, -1, 0)), fft::irfft({x, y})})));
  }
  set_threads(threads);
  EXPECT_EQ(found[0], found[1]);
  const Tensor x = random({1 << 17}), spectrum = fft::rfft(x).real;
  EXPECT_NEAR(sum(x).item(), spectrum.value().at({0}), 1e-9);
  EXPECT_LT(largest(fft::irfft(fft::rfft(x)) - x), 1e-14);
  EXPECT_LT(largest(fft::ifft(fft::fft(slice(x, 0, 0, 100003))).real - slice(x, 0, 0, 100003)), 1e-13);  // a prime
  EXPECT_TRUE(std::isnan(fft::fft(tensor({1, nan, 2})).real.value().at({0})));
  EXPECT_EQ(fft::fft(zeros({0, 4})).real.shape(), (Shape{0, 4}));
  EXPECT_EQ(fft::irfft({zeros({3, 0, 2}), zeros({3, 0, 2})}, 4, 1).shape(), (Shape{3, 4, 2}));  // zeros behind nothing
  expect_error<ValueError>([] { fft::fft(zeros({2, 0})); }, {"fft", "0 numbers"});
}

}  // namespace gradus::fft_test
