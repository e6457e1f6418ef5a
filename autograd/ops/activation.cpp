#include <gradus/autograd/ops/activation.h>

#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/internal/formulas/activation.h>

namespace gradus {
namespace formulas {
GRADUS_DISPATCH(FormulaTable<Activation>, activation_table)
}

Tensor relu(const Tensor& x) { return elementwise(formulas::Relu{}, x); }
Tensor sigmoid(const Tensor& x) { return elementwise(formulas::Sigmoid{}, x); }
Tensor softplus(const Tensor& x) { return elementwise(formulas::Softplus{}, x); }
Tensor gelu(const Tensor& x) { return elementwise(formulas::Gelu{}, x); }
Tensor gelu_tanh(const Tensor& x) { return elementwise(formulas::GeluTanh{}, x); }
Tensor silu(const Tensor& x) { return elementwise(formulas::Silu{}, x); }
Tensor mish(const Tensor& x) { return elementwise(formulas::Mish{}, x); }

}  // namespace gradus
