// The SIMD loops at their edges: rows of every length, which may neither read nor write a byte beyond their end, and the exponential
// functions of f32 against doubles over all magnitudes.
#include <bit>
#include <cmath>
#include <limits>

#include <sys/mman.h>
#include <unistd.h>

#include <gradus/autograd/kernels/accumulate.h>
#include <gradus/autograd/kernels/reduce.h>
#include <gradus/autograd/kernels/softmax.h>

#include "reference.h"

namespace gradus {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

// n elements that end where memory ends: whoever touches the next byte crashes.
template <class T>
class LastElements {
 public:
  explicit LastElements(std::int64_t n) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    memory_ = static_cast<std::byte*>(mmap(nullptr, 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(memory_ + page_, page_, PROT_NONE);
    first_ = reinterpret_cast<T*>(memory_ + page_) - n;
    for (std::int64_t i = 0; i < n; ++i) first_[i] = static_cast<T>(std::sin(static_cast<double>(3 * i + n)) - 2);   // below 0, which loads fill in
  }
  ~LastElements() { munmap(memory_, 2 * page_); }
  LastElements(const LastElements&) = delete;
  LastElements& operator=(const LastElements&) = delete;
  T* data() { return first_; }
  T operator[](std::int64_t i) const { return first_[i]; }
  T& before_first() { return first_[-1]; }

 private:
  std::size_t page_;
  std::byte* memory_;
  T* first_;
};

template <class T>
void check_rows(std::int64_t n) {
  const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-14;
  LastElements<T> x(n), g(n), y(n), dx(n);
  y.before_first() = dx.before_first() = 42;
  double largest = -inf, total = 0, sum = 0;
  for (std::int64_t i = 0; i < n; ++i) largest = std::max(largest, double(x[i])), sum += double(x[i]);
  for (std::int64_t i = 0; i < n; ++i) total += std::exp(double(x[i]) - largest);
  const auto& reduce = kernels::reduce_loops().of(T{});
  EXPECT_NEAR(reduce.sum(x.data(), n), sum, n * tolerance);
  EXPECT_EQ(double(reduce.max(x.data(), n)), largest);
  const auto& rows = kernels::softmax_loops().of(T{});
  T top, log_sum;
  rows.log_sum(x.data(), n, top, log_sum);
  EXPECT_EQ(double(top), largest);
  EXPECT_NEAR(double(log_sum), std::log(total), 4 * tolerance);
  for (const bool logarithm : {false, true}) {
    rows.forward(x.data(), 1, n, logarithm, y.data());
    rows.backward(y.data(), g.data(), 1, n, logarithm, dx.data());
    double slopes = 0;
    for (std::int64_t i = 0; i < n; ++i) slopes += double(g[i]) * (logarithm ? 1 : double(y[i]));
    for (std::int64_t i = 0; i < n; ++i) {
      const double p = std::exp(double(x[i]) - largest) / total;
      EXPECT_NEAR(double(y[i]), logarithm ? std::log(p) : p, 4 * tolerance) << n << " " << i;
      EXPECT_NEAR(double(dx[i]), logarithm ? double(g[i]) - p * slopes : p * (double(g[i]) - slopes), n * 8 * tolerance) << n << " " << i;
    }
  }
  kernels::add_loops().of(T{})(x.data(), g.data(), n, y.data());
  for (std::int64_t i = 0; i < n; ++i) EXPECT_EQ(y[i], x[i] + g[i]);
  EXPECT_EQ(y.before_first(), T{42});
  EXPECT_EQ(dx.before_first(), T{42});
}

TEST(Simd, RowsOfEveryLengthStayWithinTheirMemory) {
  for (std::int64_t n = 1; n <= 80; ++n) {
    check_rows<float>(n);
    check_rows<double>(n);
  }
}

TEST(Simd, MaxFindsNaNInEveryPlace) {
  for (std::int64_t n : {1, 3, 7, 8, 15, 16, 17, 33, 70})
    for (std::int64_t at = 0; at < n; ++at) {
      LastElements<float> x(n);
      x.data()[at] = std::numeric_limits<float>::quiet_NaN();
      EXPECT_TRUE(std::isnan(kernels::reduce_loops().f32.max(x.data(), n))) << n << " " << at;
    }
}

// Units in the last place between the f32 results of f and the reference, at worst, over floats of all magnitudes in [-limit, limit].
template <class Reference>
double worst_error(Tensor (*f)(const Tensor&), Reference reference, double limit) {
  std::vector<float> points;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += 20011)
    if (const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits)); std::abs(x) <= limit) points.push_back(x);
  const Tensor y = f(Tensor(Array::from(points, {static_cast<std::int64_t>(points.size())})));
  double worst = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double exact = reference(static_cast<double>(points[i])), size = std::abs(exact);
    if (size < 2e-38) continue;
    const double unit = static_cast<double>(std::nextafter(static_cast<float>(size), inf)) - static_cast<double>(static_cast<float>(size));
    worst = std::max(worst, std::abs(static_cast<double>(y.value().span<float>()[i]) - exact) / unit);
  }
  return worst;
}

TEST(Simd, ExponentialFunctionsOfF32) {
  EXPECT_LT(worst_error(exp, [](double x) { return std::exp(x); }, 88.72), 2);
  EXPECT_LT(worst_error(sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, 87), 4);
  EXPECT_LT(worst_error(tanh, [](double x) { return std::tanh(x); }, 1e30), 7);
  EXPECT_LT(worst_error(erf, [](double x) { return std::erf(x); }, 1e30), 8);
}

TEST(Simd, ExponentialFunctionsAtTheirLimits) {
  const float nan = std::bit_cast<float>(0x7FC12345u), denormal = 1e-40f;
  const Array x = Array::from({0.f, -0.f, inf, -inf, 88.72f, 88.73f, -104.f, denormal, nan, 3e38f, -3e38f}, {11});
  const Array e = exp(Tensor(x)).value(), t = tanh(Tensor(x)).value(), r = erf(Tensor(x)).value();
  const auto values = e.span<float>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.begin() + 4), (std::vector<float>{1, 1, inf, 0}));
  EXPECT_NEAR(values[4], std::exp(static_cast<double>(88.72f)), 1e32);
  EXPECT_EQ(values[5], inf);
  EXPECT_EQ(values[6], 0);
  EXPECT_EQ(values[7], 1);
  EXPECT_EQ(values[9], inf);
  EXPECT_EQ(values[10], 0);
  for (const Array& a : {e, t, r}) EXPECT_TRUE(std::isnan(a.span<float>()[8]));
  for (const Array& a : {t, r}) {
    const auto odd = a.span<float>();
    EXPECT_EQ(std::vector<float>({odd[2], odd[3], odd[9], odd[10]}), (std::vector<float>{1, -1, 1, -1}));
    EXPECT_TRUE(odd[0] == 0 && !std::signbit(odd[0]) && odd[1] == 0 && std::signbit(odd[1]));
  }
  EXPECT_EQ(t.span<float>()[7], denormal);
  const Array close = tanh(linspace(-20, 20, 40001)).value();
  for (float y : close.span<float>()) EXPECT_LE(std::abs(y), 1);
}

}  // namespace
}  // namespace gradus
