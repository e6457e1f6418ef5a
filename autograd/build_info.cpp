#include <gradus/autograd/build_info.h>

#include <ostream>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/kernels/onednn/description.h>
#include <gradus/autograd/kernels/products/blas.h>
#include <gradus/autograd/kernels/products/dnnl_bf16_gemm.h>

namespace gradus {

BuildInfo build_info() {
  BuildInfo info;
  info.version = GRADUS_VERSION;
#if defined(__clang__)
  info.compiler = text("clang++ ", __clang_major__, ".", __clang_minor__, ".", __clang_patchlevel__);
#else
  info.compiler = text("g++ ", __GNUC__, ".", __GNUC_MINOR__, ".", __GNUC_PATCHLEVEL__);
#endif
  for (kernels::Level level : kernels::levels_in_build()) info.levels.push_back(kernels::level_name(level));
  info.level = kernels::level_name(kernels::level_in_use());
  info.products = kernels::blas_description();
  info.convolutions = kernels::dnnl_description();
  info.bf16 = kernels::bf16_description();
  info.threads = num_threads();
  return info;
}

std::ostream& operator<<(std::ostream& out, const BuildInfo& info) {
  out << "gradus " << info.version << ", built by " << info.compiler << "\nloops: level " << info.level << " (of";
  for (const std::string& level : info.levels) out << " " << level;
  return out << ")\nproducts: " << info.products << "\nconvolutions: " << info.convolutions << "\nbf16: " << info.bf16
             << "\nthreads: " << info.threads << "\n";
}

}  // namespace gradus
