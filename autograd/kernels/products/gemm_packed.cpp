#include <gradus/autograd/kernels/products/gemm_packed.h>

#include <gradus/autograd/kernels/machine/level.h>
#include <gradus/autograd/kernels/products/gemm_strips.h>

namespace gradus::kernels {

GRADUS_DISPATCH(PackedGemm, packed_gemm_loops)

void packed_gemm(const Product<float>& product) { for_strips(product, packed_gemm_loops().f32); }
void packed_gemm(const Product<double>& product) { for_strips(product, packed_gemm_loops().f64); }

}  // namespace gradus::kernels
