#include <gradus/autograd/base/denormal.h>

#include <cstdint>

namespace gradus {
namespace {

#if defined(__x86_64__)
constexpr unsigned flushing = 0x8040;   // MXCSR: results (FTZ) and operands (DAZ)
unsigned control() { return __builtin_ia32_stmxcsr(); }
void set_control(unsigned bits) { __builtin_ia32_ldmxcsr(bits); }
#elif defined(__aarch64__)
constexpr unsigned flushing = 1u << 24;   // FPCR: FZ, both
unsigned control() {
  std::uint64_t bits;
  asm volatile("mrs %0, fpcr" : "=r"(bits));
  return static_cast<unsigned>(bits);
}
void set_control(unsigned bits) { asm volatile("msr fpcr, %0" : : "r"(std::uint64_t{bits})); }
#else
constexpr unsigned flushing = 0;
unsigned control() { return 0; }
void set_control(unsigned) {}
#endif

}  // namespace

detail::FloatMode detail::float_mode() { return control() & flushing; }

void detail::set_float_mode(FloatMode mode) {
  const unsigned now = control();
  if ((now & flushing) != mode) set_control((now & ~flushing) | mode);
}

bool set_flush_denormal(bool on) {
  detail::set_float_mode(on ? flushing : 0);
  return flushing != 0;
}
bool flush_denormal() { return detail::float_mode() == flushing && flushing != 0; }

}  // namespace gradus
