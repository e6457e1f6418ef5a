// Gradient: what a backward returns for one input and what a leaf keeps: a tensor, or some rows of a table that is zero elsewhere. It adds
// itself up; rows stay rows until a tensor meets them.
//   Gradient g = zeros({5, 2});   g.add(Gradient::of_rows(5, index, values));   g.tensor();      // undefined while it is one of rows
#pragma once
#include <cstdint>
#include <type_traits>
#include <utility>

#include <gradus/autograd/base/counted.h>
#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/tape/row_gradient.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

namespace detail {

struct RowSum;                                           // rows that have been collected, and their sum
const RowGradient& sum_of(const RowSum& rows);
extern const RowGradient no_rows;
void retain(RowSum*);
void release(RowSum*);

}  // namespace detail

class Gradient {
 public:
  Gradient() = default;                                  // none: zero, or not wanted
  Gradient(const Tensor& tensor) : tensor_(tensor) {}
  Gradient(Tensor&& tensor) : tensor_(std::move(tensor)) {}
  Gradient(Array array) : tensor_(std::move(array)) {}
  Gradient(RowGradient rows);                            // distinct rows, ascending
  // values[i] for row index[i] of a table [n, d]: index i64 [...], values [..., d], a row any number of times; row `skipped` gets nothing.
  static Gradient of_rows(std::int64_t n, Array index, Array values, std::int64_t skipped = -1);

  bool defined() const { return tensor_.defined() || rows_; }
  bool is_rows() const { return static_cast<bool>(rows_); }
  const Tensor& tensor() const { return tensor_; }       // undefined for one of rows
  // Undefined for a tensor, and until it is settled.
  const RowGradient& rows() const { return rows_ ? detail::sum_of(*rows_) : detail::no_rows; }

  // Of a tensor.
  const Array& value() const { return tensor_.value(); }
  Dtype dtype() const { return tensor_.dtype(); }
  double item() const { return tensor_.item(); }

  // All elements that are kept: of a tensor, or of the rows.
  const Array& elements() const { return rows_ ? rows().values : tensor_.value(); }
  void set_elements(Array elements);                     // in their place; rows stay the same rows

  Shape shape() const;                                   // the input's: of rows, the table's
  Dtype element_type() const;
  Tensor dense() && { return rows_ ? written_out() : std::move(tensor_); }   // as a tensor, rows written out
  Tensor dense(std::int64_t n) const;                    // the same for a table of n rows

  // This and g, in this one's memory where nobody else holds it. Not recorded.
  void add(Gradient g) {
    if (!defined()) *this = std::move(g);
    else add_to_defined(std::move(g));
  }
  // Row-major, its rows summed up, without a history: as a leaf keeps it.
  void settle() {
    if (rows_ || !tensor_.value().contiguous() || tensor_.requires_grad()) settle_rest();
  }

 private:
  void add_to_defined(Gradient g);
  Tensor written_out() const;
  void settle_rest();
  Tensor tensor_;
  Counted<detail::RowSum> rows_;                         // in the place of the tensor
};

// Gradients of an operation's inputs, in order: return {g, Tensor{}};
class Grads : public SmallVector<Gradient, 4> {
 public:
  Grads() = default;
  template <class... G>
    requires(sizeof...(G) > 0 && (std::is_convertible_v<G, Gradient> && ...))
  Grads(G&&... gradients) {   // moved in, where a std::initializer_list would copy
    reserve(sizeof...(G));
    (emplace_back(std::forward<G>(gradients)), ...);
  }
};

}  // namespace gradus
