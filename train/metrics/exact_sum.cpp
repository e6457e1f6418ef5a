#include <gradus/train/metrics/exact_sum.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace gradus::train {
namespace {

constexpr std::int64_t digit_base = std::int64_t{1} << 32;
constexpr std::uint64_t low_digit = 0xffffffffu;

}  // namespace

void ExactSum::add(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const int exponent = static_cast<int>(bits >> 52 & 0x7ff);
  std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
  if (exponent == 0x7ff) {
    ++(mantissa ? nan_ : x > 0 ? plus_ : minus_);
    return;
  }
  if (exponent > 0) mantissa |= std::uint64_t{1} << 52;
  const int at = std::max(exponent - 1, 0), shift = at & 31;
  std::int64_t* const to = digit_.data() + (at >> 5);
  const std::uint64_t rest = (mantissa >> 1) >> (31 - shift);
  const std::int64_t sign = bits >> 63 ? -1 : 1;
  const auto first = static_cast<std::int64_t>(mantissa << shift & low_digit), second = static_cast<std::int64_t>(rest & low_digit),
             third = static_cast<std::int64_t>(rest >> 32);
  to[0] += sign * first;
  to[1] += sign * second;
  to[2] += sign * third;
  if (++since_spread_ >= std::int64_t{1} << 29) spread();
}

void ExactSum::add(double x, std::int64_t times) {
  // A count of up to 63 bits is two doubles.
  const auto high = static_cast<double>(times);
  add_product(x, high);
  if (high < 0x1p63)
    if (const std::int64_t low = times - static_cast<std::int64_t>(high)) add_product(x, static_cast<double>(low));
}

void ExactSum::add_product(double a, double b) {
  const double product = a * b;
  add(product);
  if (std::isfinite(product)) add(std::fma(a, b, -product));
}

void ExactSum::add(const ExactSum& other) {
  ExactSum given = other;
  given.spread();
  spread();
  for (int i = 0; i < digits; ++i) digit_[i] += given.digit_[i];
  since_spread_ = 1;
  nan_ += given.nan_;
  plus_ += given.plus_;
  minus_ += given.minus_;
}

void ExactSum::spread() {
  for (int i = 0; i + 1 < digits; ++i) {
    const std::int64_t carry = digit_[i] >> 32;   // rounds down, so what stays is not negative
    digit_[i] -= carry * digit_base;
    digit_[i + 1] += carry;
  }
  since_spread_ = 0;
}

void ExactSum::negate() {
  for (std::int64_t& digit : digit_) digit = -digit;
  spread();
}

double ExactSum::value() const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (nan_ > 0 || (plus_ > 0 && minus_ > 0)) return std::numeric_limits<double>::quiet_NaN();
  if (plus_ > 0) return infinity;
  if (minus_ > 0) return -infinity;
  ExactSum sum = *this;
  sum.spread();
  const bool negative = sum.digit_.back() < 0;
  if (negative) sum.negate();
  int top = digits - 1;
  while (top > 0 && sum.digit_[top] == 0) --top;
  if (top == digits - 1) return negative ? -infinity : infinity;   // beyond every double, or nearly: 2^1070 and more
  const auto digit = [&](int i) { return i < 0 ? std::uint64_t{0} : static_cast<std::uint64_t>(sum.digit_[i]); };
  if (digit(top) == 0) return 0;

  // The first 64 bits, whether anything follows, and the exponent of the last of them.
  const int shift = std::countl_zero(static_cast<std::uint32_t>(digit(top)));
  const std::uint64_t below = digit(top - 2) << shift;
  const std::uint64_t bits = ((digit(top) << 32 | digit(top - 1)) << shift) | below >> 32;
  bool more = (below & low_digit) != 0;
  for (int i = top - 3; i >= 0 && !more; --i) more = digit(i) != 0;
  const int exponent = 32 * (top - 1) - shift - 1074;
  const int dropped = std::max(11, -1074 - exponent);
  std::uint64_t kept = bits >> dropped;
  const std::uint64_t rest = bits & ((std::uint64_t{1} << dropped) - 1), half = std::uint64_t{1} << (dropped - 1);
  if (rest > half || (rest == half && (more || kept % 2 == 1))) ++kept;
  const double magnitude = std::ldexp(static_cast<double>(kept), exponent + dropped);
  return negative ? -magnitude : magnitude;
}

std::array<double, 4> ExactSum::parts() const {
  std::array<double, 4> out{};
  ExactSum rest = *this;
  for (double& part : out) {
    part = rest.value();
    if (part == 0 || !std::isfinite(part)) break;
    rest.add(-part);
  }
  return out;
}

Array ExactSum::array() const {
  ExactSum sum = *this;
  sum.spread();
  Array out({words}, i64);
  std::int64_t* const to = out.mutable_data<std::int64_t>();
  std::copy(sum.digit_.begin(), sum.digit_.end(), to);
  to[digits] = nan_;
  to[digits + 1] = plus_;
  to[digits + 2] = minus_;
  return out;
}

bool ExactSum::fits(const Array& array) {
  if (!array.defined() || array.dtype() != i64 || array.shape() != Shape{words}) return false;
  const Array row = array.as_contiguous();
  const auto word = row.span<std::int64_t>();
  const auto is_digit = [](std::int64_t d) { return d >= 0 && d < digit_base; };
  const std::int64_t top = word[digits - 1];
  return std::all_of(word.begin(), word.begin() + digits - 1, is_digit) && top > -digit_base && top < digit_base &&
         std::all_of(word.begin() + digits, word.end(), [](std::int64_t n) { return n >= 0; });
}

ExactSum ExactSum::from(const Array& array) {
  check<ValueError>(fits(array), "ExactSum: these are not the digits of a sum");
  const Array row = array.as_contiguous();
  const std::int64_t* const word = row.data<std::int64_t>();
  ExactSum sum;
  std::copy(word, word + digits, sum.digit_.begin());
  sum.nan_ = word[digits];
  sum.plus_ = word[digits + 1];
  sum.minus_ = word[digits + 2];
  return sum;
}

}  // namespace gradus::train
