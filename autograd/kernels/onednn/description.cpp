#include <gradus/autograd/kernels/onednn/description.h>
#include <gradus/autograd/base/error.h>

#ifdef GRADUS_ONEDNN
#include <oneapi/dnnl/dnnl.hpp>

namespace gradus::kernels {

std::string dnnl_description() {
  const auto isa = static_cast<int>(dnnl::get_effective_cpu_isa());
  const auto has = [isa](dnnl_cpu_isa_t wanted) { return (isa & wanted) == wanted; };
  const char* instructions = has(dnnl_cpu_isa_avx512_core_amx)    ? "AMX"
                             : has(dnnl_cpu_isa_avx512_core_bf16) ? "AVX-512 with bfloat16"
                             : has(dnnl_cpu_isa_avx512_core)      ? "AVX-512"
                             : has(dnnl_cpu_isa_avx2)             ? "AVX2"
                             : has(dnnl_cpu_isa_avx)              ? "AVX"
                                                                  : "SSE 4.1";
  const dnnl_version_t* v = dnnl_version();
  return text("oneDNN ", v->major, ".", v->minor, ".", v->patch, ", instructions up to ", instructions);
}

}  // namespace gradus::kernels
#else

namespace gradus::kernels {
std::string dnnl_description() { return "no oneDNN: images are rearranged to matrices, which are multiplied"; }
}  // namespace gradus::kernels
#endif
