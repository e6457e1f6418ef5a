// A sum of doubles without any rounding on the way: value() is the true sum, rounded once, so it does not depend on the order, and sums of
// parts add up to the sum of the whole.
//   ExactSum sum;   sum.add(1e100);   sum.add(1);   sum.add(-1e100);   sum.value();   // 1
// A fixed-point number as wide as all doubles, 560 bytes; an addition costs a few nanoseconds. Infinities and NaN are counted beside it.
#pragma once
#include <array>
#include <cstdint>

#include <gradus/autograd/array/array.h>

namespace gradus::train {

class ExactSum {
 public:
  static constexpr std::int64_t words = 71;      // of array()

  void add(double x);
  void add(double x, std::int64_t times);        // x·times
  void add_product(double a, double b);          // a·b, before it is rounded
  void add(const ExactSum& other);
  double value() const;                          // to nearest even; NaN where NaN or both infinities were added
  std::array<double, 4> parts() const;           // doubles whose sum this is, to 212 bits, largest first

  Array array() const;                           // i64 [words]: equal sums are equal arrays
  static bool fits(const Array& array);          // whether array() can have made it
  static ExactSum from(const Array& array);      // ValueError unless it fits

 private:
  static constexpr int digits = 68;
  void spread();                                 // carries: digits in [0, 2^32), but for the last one
  void negate();

  std::array<std::int64_t, digits> digit_{};     // of 32 bits; the first one counts units of 2^-1074
  std::int64_t since_spread_ = 0;                // additions
  std::int64_t nan_ = 0, plus_ = 0, minus_ = 0;  // infinities
};

}  // namespace gradus::train
