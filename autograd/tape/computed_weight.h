// A Parameter whose value is computed from others: what it asks of whoever computes it. Models say it by nn::weight_norm and its kin, and
// by nn::register_parametrization (nn/model/parametrize.h), which are built on this.
#pragma once
#include <string>

#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

class ComputedWeight {
 public:
  virtual ~ComputedWeight() = default;
  virtual Tensor tensor() const = 0;                                 // made anew, with its history
  virtual const Shape& shape() const = 0;
  virtual Dtype dtype() const = 0;
  virtual const std::string& name() const = 0;
  virtual bool requires_grad() const = 0;
  virtual void set_requires_grad(bool on) = 0;
  virtual void set_value(const Array& value) = 0;                    // shape and dtype agree
  virtual ComputedWeight* copy() const = 0;                          // the caller's
  virtual bool take(ComputedWeight& o) noexcept = 0;                 // o's values, if it is of the same kind
};

}  // namespace gradus::detail
