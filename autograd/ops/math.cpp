#include <gradus/autograd/ops/math.h>

#include <gradus/autograd/ops/elementwise.h>

namespace gradus {

Tensor exp(const Tensor& x) { return elementwise(formulas::Exp{}, x); }
Tensor log(const Tensor& x) { return elementwise(formulas::Log{}, x); }
Tensor log1p(const Tensor& x) { return elementwise(formulas::Log1p{}, x); }
Tensor sqrt(const Tensor& x) { return elementwise(formulas::Sqrt{}, x); }
Tensor square(const Tensor& x) { return elementwise(formulas::Square{}, x); }
Tensor abs(const Tensor& x) { return elementwise(formulas::Abs{}, x); }
Tensor sign(const Tensor& x) { return elementwise(formulas::Sign{}, x); }
Tensor tanh(const Tensor& x) { return elementwise(formulas::Tanh{}, x); }
Tensor sigmoid(const Tensor& x) { return elementwise(formulas::Sigmoid{}, x); }
Tensor softplus(const Tensor& x) { return elementwise(formulas::Softplus{}, x); }
Tensor erf(const Tensor& x) { return elementwise(formulas::Erf{}, x); }
Tensor relu(const Tensor& x) { return elementwise(formulas::Relu{}, x); }
Tensor gelu(const Tensor& x) { return elementwise(formulas::Gelu{}, x); }
Tensor gelu_tanh(const Tensor& x) { return elementwise(formulas::GeluTanh{}, x); }

}  // namespace gradus
