// The gradients of a list of parameters as one long row, for clipping and its like: read or changed on all cores, with the same results
// whatever their number. Parameters without a gradient are passed over; of a gradient of rows (row_gradient.h) it has those rows, for its
// others are zero. For sources of this room.
//   const GradientRow row("clip_grad_value", parameters);  row.update([]<class T>(T* g, std::int64_t n) { … });
#pragma once
#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/tape/parameter_list.h>
#include <gradus/optim/kernels/partition.h>
#include <gradus/optim/kernels/vector_loops.h>

namespace gradus::optim {

template <class T>
const kernels::VectorLoopsOf<T>& vector_loops(T) {
  return kernels::vector_loops().of(T{});
}

class GradientRow {
 public:
  static constexpr std::int64_t block = 4096;     // elements of one partial sum

  // `op` speaks in errors. ValueError: a parameter twice; DtypeError: a gradient that is neither f32 nor f64; ShapeError: one that does
  // not have its parameter's shape.
  GradientRow(const char* op, const Parameters& parameters) {
    SmallVector<const Leaf*, 16> sorted;
    for (const NamedParameter& p : parameters) {
      if (!p.leaf) continue;
      sorted.push_back(p.leaf.get());
      if (!p.leaf->has_gradient()) continue;
      const Array& g = gradient(*p.leaf);
      check<DtypeError>(computes_in(g.dtype()), op, ": the gradient of ", p.name, " is ", g.dtype(), "; it must be f32 or f64");
      check<ShapeError>(g.shape() == p.leaf->value.shape() || p.leaf->grad.is_rows(), op, ": the gradient of ", p.name, " has shape ",
                        g.shape(), " but the parameter has ", p.leaf->value.shape());
      leaves_.push_back(p.leaf.get());
      partition_.add(g.size());
    }
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice == sorted.end()) return;
    for (const NamedParameter& p : parameters) check<ValueError>(p.leaf.get() != *twice, op, ": parameter ", p.name, " is given twice");
  }

  const SmallVector<Leaf*, 16>& leaves() const { return leaves_; }   // those that have gradients

  // total = Σ part(g, n) or max of part(g, n), over stretches of at most a block of one gradient.
  template <class Part>
  double reduce(bool maximum, Part part) const {
    SmallVector<Array, 16> gradients;
    for (const Leaf* leaf : leaves_) gradients.push_back(gradient(*leaf).as_contiguous());
    SmallVector<double, 64> parts;
    parts.resize(static_cast<std::size_t>(partition_.units()));
    partition_.for_each([&](std::size_t i, std::int64_t begin, std::int64_t end) {
      visit_floating(gradients[i].dtype(), "clip", [&](auto zero) {
        const auto* g = gradients[i].data<decltype(zero)>();
        for (std::int64_t at = begin; at < end; at += block)
          parts[partition_.first_unit(i) + at / block] = part(g + at, std::min(block, end - at));
      });
    });
    double total = 0;
    for (double x : parts) total = maximum ? (total < x || std::isnan(x) ? x : total) : total + x;
    return total;
  }

  // Calls change(g, n) on stretches of all gradients, in place; other holders of a gradient keep it as it was.
  template <class Change>
  void update(Change change) const {
    SmallVector<Array, 16> gradients = take();
    partition_.for_each([&](std::size_t i, std::int64_t begin, std::int64_t end) {
      visit_floating(gradients[i].dtype(), "clip",
                     [&](auto zero) { change(gradients[i].mutable_data<decltype(zero)>() + begin, end - begin); });
    });
    put(gradients);
  }

  // The gradients for writing, contiguous and unshared, and back to their leaves; in between the leaves have none.
  SmallVector<Array, 16> take() const {
    SmallVector<Array, 16> gradients;
    for (Leaf* leaf : leaves_) {
      Array g = gradient(*leaf).as_contiguous();
      leaf->grad.set_elements({});   // or else writing would have to copy
      g.mutable_raw();
      gradients.push_back(std::move(g));
    }
    return gradients;
  }
  void put(SmallVector<Array, 16>& gradients) const {
    for (std::size_t i = 0; i < leaves_.size(); ++i) leaves_[i]->grad.set_elements(std::move(gradients[i]));
  }

 private:
  static const Array& gradient(const Leaf& leaf) { return leaf.grad.elements(); }

  SmallVector<Leaf*, 16> leaves_;
  Partition partition_{block};
};

}  // namespace gradus::optim
