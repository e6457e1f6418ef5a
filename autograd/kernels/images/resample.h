// Images in other sizes: each place along an axis of the result is a weighted sum of some of x's (interpolation, and its transpose). Axis
// after axis: first whole lines are added up, then what stands in a line.
#pragma once
#include <cstdint>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

// A sparse matrix [out, in]: result o is the sum of weight[k]·x[place[k]] for k from begin[o] to begin[o + 1]. Weights are not 0, so that
// an infinity elsewhere does not count.
struct Taps {
  std::int64_t in = 1, out = 1;
  std::vector<std::int64_t> begin{0, 1}, place{0};
  std::vector<double> weight{1};
  int each = 1;   // how many taps every result has, if it is one number up to 4; else 0

  static Taps start(std::int64_t in, std::int64_t out);   // without taps, for add() and next()
  void add(std::int64_t at, double w) {
    if (w != 0) place.push_back(at), weight.push_back(w);
  }
  void next() { begin.push_back(static_cast<std::int64_t>(place.size())); }   // the next result
  void finish();                                                              // the last one is there

  Taps transposed() const;
  bool identity() const;
};

// x [n, c, h.in, w.in] or [n, c, d.in, h.in, w.in] → the same with out; f32 or f64, row-major, or channels-last if `channels_last`; so is
// the result.
Array resample(const Array& x, const Taps& d, const Taps& h, const Taps& w, bool channels_last);

// The loops inside, compiled for each SIMD level.
template <class T>
struct ResampleRows {
  // out[i] = Σ weights[k]·lines[k][i], for i < n; count >= 1.
  void (*add_lines)(const T* const* lines, const T* weights, std::int64_t count, std::int64_t n, T* out);
  // out[o] = Σ weights[each·o + k]·line[places[each·o + k]], for o < n; each is 1, 2, 3 or 4.
  void (*pick)(const T* line, const std::int64_t* places, const T* weights, int each, std::int64_t n, T* out);
};
using ResampleLoops = PerFloat<ResampleRows>;
const ResampleLoops& resample_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
