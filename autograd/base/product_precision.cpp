#include <gradus/autograd/base/product_precision.h>

#include <atomic>
#include <utility>

namespace gradus {
namespace {

constinit std::atomic<ProductPrecision> of_process = ProductPrecision::f32;

constexpr std::uint8_t none = 0xff;
constinit thread_local std::uint8_t of_scope = none;

}  // namespace

void set_product_precision(ProductPrecision precision) { of_process.store(precision, std::memory_order_relaxed); }

ProductPrecision product_precision() {
  return of_scope == none ? of_process.load(std::memory_order_relaxed) : static_cast<ProductPrecision>(of_scope);
}

ProductPrecisionScope::ProductPrecisionScope(ProductPrecision precision)
    : before_(std::exchange(of_scope, static_cast<std::uint8_t>(precision))) {}
ProductPrecisionScope::~ProductPrecisionScope() { of_scope = before_; }

}  // namespace gradus
