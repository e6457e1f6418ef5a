// Dropout (Srivastava et al., 2014): in training each element is zeroed with probability p and the others are scaled by 1 / (1 − p); in
// evaluation x passes unchanged. In training a call advances the layer's own stream of random numbers, one thread at a time (GraphError).
//   nn::Dropout drop{0.25};   nn::Dropout2d channels;   Tensor y = drop(x);
// Formulas, shapes and errors of each: ops/dropout.h.
#pragma once
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/nn/model/fields.h>
#include <gradus/nn/model/stream.h>

namespace gradus::nn {

// What they share. The stream hangs from `source` (this thread's generator), so manual_seed() before the model is built fixes it. A copied
// layer has a stream of its own. ValueError unless 0 <= p <= 1.
class AnyDropout {
 public:
  double p() const { return p_; }
  bool training = true;
  Stream generator;                                          // where the masks come from
  using Fields = nn::Fields<&AnyDropout::generator>;

 protected:
  AnyDropout(const char* name, double p, Generator& source);
  Tensor drop(const char* name, Tensor (*f)(const Tensor& x, double p, Generator& generator), const Tensor& x) const;

  double p_;
};

class Dropout : public AnyDropout {
 public:
  explicit Dropout(double p = 0.5, Generator& source = default_generator()) : AnyDropout("Dropout", p, source) {}
  Tensor operator()(const Tensor& x) const;
};

// Of whole channels: [N, C, L] or [C, L]; [N, C, H, W] (or [N, C, L]); [N, C, D, H, W] or [C, D, H, W].
class Dropout1d : public AnyDropout {
 public:
  explicit Dropout1d(double p = 0.5, Generator& source = default_generator()) : AnyDropout("Dropout1d", p, source) {}
  Tensor operator()(const Tensor& x) const;
};
class Dropout2d : public AnyDropout {
 public:
  explicit Dropout2d(double p = 0.5, Generator& source = default_generator()) : AnyDropout("Dropout2d", p, source) {}
  Tensor operator()(const Tensor& x) const;
};
class Dropout3d : public AnyDropout {
 public:
  explicit Dropout3d(double p = 0.5, Generator& source = default_generator()) : AnyDropout("Dropout3d", p, source) {}
  Tensor operator()(const Tensor& x) const;
};

// For networks of SELU: mean and variance stay. Of elements, and of whole channels [N, C, ...].
class AlphaDropout : public AnyDropout {
 public:
  explicit AlphaDropout(double p = 0.5, Generator& source = default_generator()) : AnyDropout("AlphaDropout", p, source) {}
  Tensor operator()(const Tensor& x) const;
};
class FeatureAlphaDropout : public AnyDropout {
 public:
  explicit FeatureAlphaDropout(double p = 0.5, Generator& source = default_generator()) : AnyDropout("FeatureAlphaDropout", p, source) {}
  Tensor operator()(const Tensor& x) const;
};

}  // namespace gradus::nn
