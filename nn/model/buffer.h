// Buffer: an array that a layer keeps beside its parameters, saved and not trained, which a const call may change: batch norm's running
// mean. A handle like Parameter: a copy has the same value and goes its own way. (A member of type Array is saved, too; only calls that are
// not const change it.)
//   class Largest {                                             // remembers the largest number it has seen in training
//    public:
//     Tensor operator()(const Tensor& x) const {
//       if (training) { const auto alone = seen_.exclusive("Largest"); seen_.set_value(maximum(seen_.value(), max(x)).value()); }
//       return x;
//     }
//     bool training = true;
//    private:
//     nn::Buffer seen_{Array::zeros({})};
//    public:
//     using Fields = nn::Fields<&Largest::seen_>;
//   };
#pragma once
#include <utility>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/nn/model/one_caller.h>

namespace gradus::nn {

class Buffer : public OneCaller {
 public:
  Buffer() = default;                                                      // undefined: not kept
  Buffer(Array value) : value_(std::move(value)) {}

  bool defined() const { return value_.defined(); }
  operator const Array&() const { return value_; }
  const Array& value() const { return value_; }
  const Shape& shape() const { return value_.shape(); }
  Dtype dtype() const { return value_.dtype(); }
  std::vector<double> to_vector() const { return value_.to_vector(); }
  double item() const { return value_.item(); }
  double at(const Shape& index) const { return value_.at(index); }

  void set_value(Array value) const;                                       // GraphError if undefined; ShapeError, DtypeError unless alike
  Array& mutable_value() const { return value_; }                          // for operations that write it; take exclusive() before

 private:
  mutable Array value_;
};

}  // namespace gradus::nn
