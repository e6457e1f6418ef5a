// Rules that look at a parameter as a whole: at its norm, its rows and columns, its singular values. Such a rule is as in rule.h, but it
// says
//   static constexpr bool whole = true;
// and its loop gets all of a parameter at once and its shape; parameters come one after the other. What it computes in is p.scratch, of as
// many bytes as its scratch(shape, dtype) says: it is taken before anything changes, so that a step does not fail half way. In the source
// file:
//   template <class T> void update(const WholeParameter<T>& p, const LAMBRule::Scalars& s) { … }
//   Loop LAMBRule::loop(Dtype dtype, Kept) { return visit_floating(dtype, name, []<class T>(T) -> Loop { return whole_loop<update<T>>; });
//       }
#pragma once
#include <cmath>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/small_vector.h>
#include <gradus/optim/driver/loop.h>

namespace gradus::optim {

template <class T>
struct WholeParameter {
  T* w;
  const T* g;
  T* slots[max_slots];          // null where the parameter does without
  std::int64_t n;
  const Shape& shape;
  void* scratch;
};

namespace detail {
template <class T, class Scalars, void (*update)(const WholeParameter<T>&, const Scalars&)>
void whole_loop(const Stretch& p, const void* scalars) {
  update({static_cast<T*>(p.w), static_cast<const T*>(p.g),
          {static_cast<T*>(p.slots[0]), static_cast<T*>(p.slots[1]), static_cast<T*>(p.slots[2])},
          p.n, *p.shape, p.scratch}, *static_cast<const Scalars*>(scalars));
}
template <class T, class Scalars>
T dtype_of_update(void (*)(const WholeParameter<T>&, const Scalars&));
template <class T, class Scalars>
Scalars scalars_of_update(void (*)(const WholeParameter<T>&, const Scalars&));
}  // namespace detail

template <auto update>
inline constexpr Loop whole_loop =
    detail::whole_loop<decltype(detail::dtype_of_update(update)), decltype(detail::scalars_of_update(update)), update>;

// Blocks of a vector of n elements: what a rule computes block by block is the same whatever the number of threads.
inline constexpr std::int64_t whole_block = 4096, blocks_worth_a_thread = 4;

inline std::int64_t blocks_of(std::int64_t n) { return (n + whole_block - 1) / whole_block; }
inline std::int64_t end_of_block(std::int64_t i, std::int64_t n) { return i + 1 < blocks_of(n) ? (i + 1) * whole_block : n; }

// Calls body(begin, end) for stretches of whole blocks that cover [0, n), on all cores.
template <class Body>
void for_blocks(std::int64_t n, Body&& body) {
  parallel_for(blocks_of(n), blocks_worth_a_thread,
               [&](std::int64_t first, std::int64_t last) { body(first * whole_block, end_of_block(last - 1, n)); });
}

// Σ part(i) over i < n, in this order; the parts are computed on all cores, `grain` of them at least by each. `parts`: room for n.
template <class Part>
double ordered_sum(double* parts, std::int64_t n, std::int64_t grain, Part&& part) {
  parallel_for(n, grain, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) parts[i] = part(i);
  });
  double total = 0;
  for (std::int64_t i = 0; i < n; ++i) total += parts[i];
  return total;
}

// Σ part(begin, end) over the blocks of [0, n); `parts`: room for blocks_of(n).
template <class Part>
double sum_over_blocks(double* parts, std::int64_t n, Part&& part) {
  return ordered_sum(parts, blocks_of(n), blocks_worth_a_thread, [&](std::int64_t i) { return part(i * whole_block, end_of_block(i, n)); });
}
template <class Part>
double sum_over_blocks(std::int64_t n, Part&& part) {
  SmallVector<double, 64> parts;
  parts.resize(static_cast<std::size_t>(blocks_of(n)));
  return sum_over_blocks(parts.data(), n, part);
}

// √total for a sum of squares, of doubles that may be too large or too small to be squared: then √scaled(s)/s, the sum of the squares of s
// times each, for a suitable power of two.
template <class Scaled>
double root_of_squares(double total, Scaled&& scaled) {
  if (std::isnan(total) || (total > 0x1p-900 && total < HUGE_VAL)) return std::sqrt(total);
  const double s = total > 1 ? 0x1p-600 : 0x1p600;
  return std::sqrt(scaled(s)) / s;
}

// √Σx²; `parts`: room for blocks_of(n).
double norm(double* parts, const float* x, std::int64_t n);
double norm(double* parts, const double* x, std::int64_t n);

}  // namespace gradus::optim
