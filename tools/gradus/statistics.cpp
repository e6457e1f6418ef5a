#include "statistics.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace gradus::tool {
namespace {

// Four lanes of eight bytes, multiplied and folded: not against who wants two tensors to look alike, so equal ones are compared afterwards.
std::array<std::uint64_t, 2> fingerprint_of(const void* bytes, std::size_t n) {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  std::uint64_t lanes[4] = {1, 2, 3, 4};
  const auto* at = static_cast<const unsigned char*>(bytes);
  const auto mix = [](std::uint64_t& lane, std::uint64_t word) {
    lane = (lane ^ word) * odd;
    lane ^= lane >> 32;
  };
  std::size_t left = n;
  for (; left >= 32; left -= 32, at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, at, 32);
    for (int i = 0; i < 4; ++i) mix(lanes[i], words[i]);
  }
  for (std::size_t i = 0; left > 0; ++i) {
    std::uint64_t word = 0;
    const std::size_t taken = std::min<std::size_t>(left, 8);
    std::memcpy(&word, at, taken);
    mix(lanes[i], word);
    left -= taken, at += taken;
  }
  std::array<std::uint64_t, 2> out{n, ~static_cast<std::uint64_t>(n)};
  for (const std::uint64_t lane : lanes) mix(out[0], lane), mix(out[1], lane * odd + out[0]);
  return out;
}

template <class T>
void add_whole(Statistics& s, const T* x) {
  T least = x[0], most = x[0];
  double sum = 0;
  for (std::int64_t i = 0; i < s.count; ++i) {
    least = std::min(least, x[i]), most = std::max(most, x[i]);
    s.zeros += x[i] == 0;
    sum += static_cast<double>(x[i]);
  }
  s.least_whole = static_cast<std::int64_t>(least), s.most_whole = static_cast<std::int64_t>(most);
  s.least = static_cast<double>(least), s.most = static_cast<double>(most);
  s.mean = sum / static_cast<double>(s.count);
  double squares = 0;
  for (std::int64_t i = 0; i < s.count; ++i) {
    const double d = static_cast<double>(x[i]) - *s.mean;
    squares += d * d;
  }
  if (s.count > 1) s.deviation = std::sqrt(squares / static_cast<double>(s.count - 1));
}

// Sums are of x / scale, a power of two that keeps them and their squares among the numbers of double.
template <class T>
void add_floating(Statistics& s, const T* x) {
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (std::int64_t i = 0; i < s.count; ++i) {
    const double v = static_cast<double>(static_cast<std::conditional_t<std::is_same_v<T, double>, double, float>>(x[i]));
    s.zeros += v == 0;
    if (std::isfinite(v)) {
      least = std::min(least, v), most = std::max(most, v);
    } else {
      s.nans += std::isnan(v), s.infinities += !std::isnan(v);
    }
  }
  const std::int64_t finite = s.count - s.nonfinite();
  if (finite == 0) return;
  s.least = least + 0.0, s.most = most + 0.0;  // -0 as 0
  const double largest = std::max(std::abs(least), std::abs(most));
  const int exponent = largest > 0x1p400 || (largest > 0 && largest < 0x1p-400) ? std::ilogb(largest) : 0;
  const auto each = [&](auto use) {
    for (std::int64_t i = 0; i < s.count; ++i) {
      const double v = static_cast<double>(static_cast<std::conditional_t<std::is_same_v<T, double>, double, float>>(x[i]));
      if (std::isfinite(v)) use(exponent == 0 ? v : std::ldexp(v, -exponent));
    }
  };
  double sum = 0, squares = 0;
  each([&](double v) { sum += v; });
  const double mean = sum / static_cast<double>(finite);
  each([&](double v) { squares += (v - mean) * (v - mean); });
  s.mean = std::ldexp(mean, exponent);
  if (finite > 1) s.deviation = std::ldexp(std::sqrt(squares / static_cast<double>(finite - 1)), exponent);
}

}  // namespace

Statistics statistics_of(const Array& given) {
  const Array array = given.as_contiguous();
  Statistics s;
  s.count = array.size();
  s.fingerprint = fingerprint_of(array.raw(), static_cast<std::size_t>(s.count) * size_of(array.dtype()));
  if (s.count == 0) return s;
  visit(array.dtype(), [&]<class T>(T) {
    if constexpr (std::is_same_v<T, bool>)
      add_whole(s, reinterpret_cast<const std::uint8_t*>(array.data<bool>()));
    else if constexpr (std::is_integral_v<T>)
      add_whole(s, array.data<T>());
    else
      add_floating(s, array.data<T>());
  });
  return s;
}

}  // namespace gradus::tool
