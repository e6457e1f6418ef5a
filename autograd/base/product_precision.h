// In what the products of f32 tensors are computed: those of matrices (matmul, linear, einsum, …) and convolutions, with their gradients.
//   set_product_precision(ProductPrecision::bf16);                               // PyTorch: torch.set_float32_matmul_precision("medium")
//   { const ProductPrecisionScope exact(ProductPrecision::f32);  judge(net); }   // in this thread, until the scope ends
// With bf16 the operands are rounded as they are read, to nearest even: 8 of a number's 24 bits stay, with its whole range, and denormal
// numbers count as 0. What is multiplied is added up in f32, and tensors, weights and gradients stay f32. A backward pass has the precision
// of its forward pass, whatever is set when it runs. f64, recurrent layers, attention's own products, optimizers, products of a few numbers
// and what oneDNN does not know stay as they are; so does everything where the processor cannot do it, which
// build_info().bf16 says.
#pragma once
#include <cstdint>

namespace gradus {

enum class ProductPrecision : std::uint8_t { f32, bf16 };

void set_product_precision(ProductPrecision precision);   // of all threads that are in no scope; at first f32
ProductPrecision product_precision();                     // what holds in this thread

class ProductPrecisionScope {
 public:
  explicit ProductPrecisionScope(ProductPrecision precision);
  ~ProductPrecisionScope();
  ProductPrecisionScope(const ProductPrecisionScope&) = delete;

 private:
  std::uint8_t before_;
};

}  // namespace gradus
