#include <gradus/autograd/kernels/products/gemm_packed.h>

#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/kernels/products/gemm_strips.h>

namespace gradus::kernels {

GRADUS_DISPATCH(PackedGemm, packed_gemm_loops)

void packed_gemm(const Product<float>& product) { for_strips(product, packed_gemm_loops().of(float{})); }
void packed_gemm(const Product<double>& product) { for_strips(product, packed_gemm_loops().of(double{})); }

}  // namespace gradus::kernels
