#include <gradus/autograd/kernels/gemm_packed.h>

#include <gradus/autograd/kernels/gemm_strips.h>
#include <gradus/autograd/kernels/level.h>

GRADUS_DISPATCH(PackedGemm, packed_gemm_loops)

namespace gradus::kernels {

void packed_gemm(const Product<float>& product) { for_strips(product, packed_gemm_loops().f32); }
void packed_gemm(const Product<double>& product) { for_strips(product, packed_gemm_loops().f64); }

}  // namespace gradus::kernels
