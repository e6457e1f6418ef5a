// Reduced axes as runs of neighbours: what every reduction makes of an array first. Any strides.
//   const Run run(x, axes);   run.x, seen as [run.cut.outer, run.cut.n, run.cut.inner], is reduced along the middle
//   over_runs(x, axes, [](const Array& block, int axis) { … });   one run after the other, for what may be reduced in steps
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/autograd/kernels/axes/cut.h>

namespace gradus::kernels {

using AxisSet = unsigned;   // bit i: dimension i is reduced
// The permutation that undoes `order`, whose numbers count from the back if negative.
Shape inverse_of(const Shape& order);
Shape with_ones(Shape shape, AxisSet axes);   // what is left of `shape`, the reduced dimensions kept with size 1

// All reduced axes as one run.
struct Run {
  Array x;      // contiguous; a copy where the axes do not lie side by side
  Shape kept;   // the result's shape: with_ones
  Cut cut;
  Run(const Array& x, AxisSet axes);
  Array back(const Array& like_x) const { return inverse_.rank() > 0 ? like_x.permute(inverse_) : like_x; }   // in the order of x's axes

 private:
  Shape inverse_;   // empty: nothing was moved
};

// The axes of an array in the order in which they lie in memory: x.permute(order) is contiguous wherever that is possible.
struct MemoryOrder {
  Array x;        // contiguous
  AxisSet axes;   // the same ones, where they lie in it
  MemoryOrder(const Array& x, AxisSet axes);
  Array back(const Array& result) const { return inverse_.rank() > 0 ? result.permute(inverse_) : result; }

 private:
  Shape inverse_;   // empty: nothing was moved
};

// Neighbouring axes of one kind, reduced or kept, as one; those of size 1 go.
struct MergedAxes {
  Shape runs;
  AxisSet reduced = 0;
  MergedAxes(const Shape& shape, AxisSet axes);
};

// Calls step(array, axis) for each run of reduced axes, the innermost first; step returns the array with that axis gone to size 1. x is not
// empty; the result has x's rank.
template <class Step>
Array over_runs(const Array& x, AxisSet axes, Step step) {
  const MemoryOrder order(x, axes);
  const MergedAxes merged(order.x.shape(), order.axes);
  Array block = order.x.reshape(merged.runs);
  for (int i = merged.runs.rank() - 1; i >= 0; --i)
    if (merged.reduced >> i & 1) block = step(block, i);
  return order.back(block.reshape(with_ones(order.x.shape(), order.axes)));
}

}  // namespace gradus::kernels
