#include <gradus/nn/dropout.h>

#include <gradus/autograd/ops/dropout.h>

namespace gradus::nn {

Dropout::Dropout(double p, Generator& source) : p_(p) {
  check<ValueError>(p >= 0 && p <= 1, "Dropout: p is a probability in [0, 1], not ", p);
  generator = Generator(source.fork());
}

Tensor Dropout::operator()(const Tensor& x) { return training ? dropout(x, p_, generator) : x; }

}  // namespace gradus::nn
