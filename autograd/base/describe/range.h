// The values that an option may have.
//   is(range::at_least_zero, lr, eps);   is(range::below_one, betas);   is(range::given(range::at_least_one), step_size);      // options.h
#pragma once
#include <limits>
#include <string>

namespace gradus {

// From least to most; an end that is open does not belong to it. NaN lies in none but `any`.
struct Range {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool least_open = true, most_open = true;
  bool checked = true;                                 // false: any value
  bool given = false;                                  // an option without a default, for which 0, NaN or nothing stands until it is given

  bool holds(double x) const {
    return !checked || ((least_open ? x > least : x >= least) && (most_open ? x < most : x <= most));
  }
  std::string words(bool whole) const;                 // "be finite and at least 0" (of whole numbers "be at least 0"), "lie in [0, 1)"
};

namespace range {

inline constexpr Range any{.checked = false};
inline constexpr Range finite{};
constexpr Range at_least(double least) { return {.least = least, .least_open = false}; }
constexpr Range above(double least) { return {.least = least}; }
constexpr Range at_most(double most) { return {.most = most, .most_open = false}; }
constexpr Range below(double most) { return {.most = most}; }
constexpr Range between(double least, double most) { return {.least = least, .most = most, .least_open = false, .most_open = false}; }
inline constexpr Range at_least_zero = at_least(0), above_zero = above(0), at_least_one = at_least(1), at_most_zero = at_most(0);
inline constexpr Range unit = between(0, 1);                                                     // [0, 1]
inline constexpr Range below_one{.least = 0, .most = 1, .least_open = false};                    // [0, 1)
inline constexpr Range factor{.least = 0, .most = 1, .most_open = false};                        // (0, 1]
inline constexpr Range inside_unit{.least = 0, .most = 1};                                       // (0, 1)

// Only the first values of an enumeration: one_of_first(2) of outside, inside, scaled_hat.
constexpr Range one_of_first(int count) { return between(0, count - 1); }

// The same for an option that must be given.
constexpr Range given(Range r = any) {
  r.given = true;
  return r;
}

}  // namespace range
}  // namespace gradus
