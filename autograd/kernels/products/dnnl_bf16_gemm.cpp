#include <gradus/autograd/kernels/products/dnnl_bf16_gemm.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/product_precision.h>

#if defined(GRADUS_ONEDNN) && defined(__x86_64__)
#include <immintrin.h>

#include <optional>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/base/small_float.h>
#include <gradus/autograd/kernels/products/dnnl_product.h>
#include <gradus/autograd/kernels/products/gemm_strips.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {
namespace {

using namespace onednn;

// What rounding the operands takes must come in again.
constexpr std::int64_t worthwhile = 1 << 18;

enum class Unit { none, registers, tiles };
Unit unit_of_machine() {
  const auto isa = static_cast<int>(dnnl::get_effective_cpu_isa());
  const auto has = [isa](dnnl_cpu_isa_t wanted) { return (isa & wanted) == wanted; };
  if (simd_level() < Level::v4) return Unit::none;
  return has(dnnl_cpu_isa_avx512_core_amx) ? Unit::tiles : has(dnnl_cpu_isa_avx512_core_bf16) ? Unit::registers : Unit::none;
}

// The processor's own rounding, for those that have it: a quarter of the instructions of the one that all share. Denormal numbers become 0.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) void round(const float* x, std::int64_t n, BFloat16* y) {
  std::int64_t i = 0;
  for (; i + 32 <= n; i += 32)
    _mm512_storeu_si512(y + i, (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(x + i + 16), _mm512_loadu_ps(x + i)));
  if (i == n) return;
  const auto wanted = static_cast<__mmask32>((std::uint64_t{1} << (n - i)) - 1);
  const __m512 low = _mm512_maskz_loadu_ps(static_cast<__mmask16>(wanted), x + i);
  const __m512 high = _mm512_maskz_loadu_ps(static_cast<__mmask16>(wanted >> 16), x + i + 16);
  _mm512_mask_storeu_epi16(y + i, wanted, (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

// A matrix as it lies in memory, rounded. Its rows are whole lines of the cache apart; where oneDNN reads across them (a transposed left
// side) by no power of two, which is a tenth faster there and a third slower elsewhere.
class Rounded {
 public:
  Rounded(const Matrix<float>& m, std::int64_t rows, std::int64_t columns, bool left)
      : transposed_(m.transposed), down_(m.transposed ? columns : rows), right_(m.transposed ? rows : columns),
        pitch_((right_ + 31) / 32 * 32 + (left && m.transposed ? 32 : 0)), room_(down_ * pitch_) {
    parallel_for(down_, items_worth(1 << 15, right_), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) round(m.data + i * m.stride, right_, room_.data() + i * pitch_);
    });
  }
  const BFloat16* from(std::int64_t row, std::int64_t column) const {
    return room_.data() + (transposed_ ? column * pitch_ + row : row * pitch_ + column);
  }
  dnnl::memory::desc desc(std::int64_t rows, std::int64_t columns) const {
    return matrix_desc(rows, columns, pitch_, transposed_, dnnl::memory::data_type::bf16);
  }
  std::int64_t manner() const { return pitch_ << 1 | static_cast<std::int64_t>(transposed_); }

 private:
  bool transposed_;
  std::int64_t down_, right_, pitch_;
  pool::Scratch<BFloat16> room_;
};

const std::optional<Prepared>& primitive_for(const Product<float>& p, const Rounded& a, const Rounded& b) {
  thread_local Cache<7, std::optional<Prepared>, 256> known;
  const std::int64_t more = static_cast<std::int64_t>(p.accumulate) | static_cast<std::int64_t>(p.bias != nullptr) << 1;
  return known.get({p.m, p.n, p.k, a.manner(), b.manner(), p.c_stride, more}, [&] {
    return prepare_product(p, a.desc(p.m, p.k), b.desc(p.k, p.n));
  });
}

}  // namespace

bool has_bf16_products() { return unit_of_machine() != Unit::none; }

std::string bf16_description() {
  switch (unit_of_machine()) {
    case Unit::tiles: return "by oneDNN, AMX";
    case Unit::registers: return "by oneDNN, AVX-512 with bfloat16";
    case Unit::none: break;
  }
  return simd_level() < Level::v4 ? text("none below level v4: such products stay f32")
                                  : text("none on this processor: such products stay f32");
}

bool bf16_gemm(const Product<float>& p) {
  if (p.m * p.n * p.k < worthwhile || with_vector(p)) return false;
  const Rounded a(p.a, p.m, p.k, true), b(p.b, p.k, p.n, false);
  for_cuts(p, [&](bool by_rows, std::int64_t begin, std::int64_t end) {
    Product<float> strip = p;
    const std::int64_t row = by_rows ? begin : 0, column = by_rows ? 0 : begin;
    (by_rows ? strip.m : strip.n) = end - begin;
    strip.c += row * p.c_stride + column;
    if (p.bias) strip.bias += column;
    const Team team(1);
    if (const auto& primitive = primitive_for(strip, a, b)) return (*primitive)({a.from(row, 0), b.from(0, column), strip.bias, strip.c});
    strip.a.data += row * (p.a.transposed ? 1 : p.a.stride);
    strip.b.data += column * (p.b.transposed ? p.b.stride : 1);
    strip.bf16 = false;
    gemm(strip);
  });
  return true;
}

}  // namespace gradus::kernels
#else

namespace gradus::kernels {
bool has_bf16_products() { return false; }
std::string bf16_description() { return "none without oneDNN on x86-64: such products stay f32"; }
bool bf16_gemm(const Product<float>&) { return false; }
}  // namespace gradus::kernels
#endif

namespace gradus::kernels {
bool bf16_wanted() { return product_precision() == ProductPrecision::bf16 && has_bf16_products(); }
}  // namespace gradus::kernels
