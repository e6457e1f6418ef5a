// Denormal numbers, those between zero and the smallest normal one (1.2e-38 in f32, 2.2e-308 in f64): many processors take tens of times as
// long over each, and weights that decay for a long time arrive there.
//   set_flush_denormal(true);   from here on they count as zeros, and a step takes as long as any other
#pragma once

namespace gradus {

// Whether the calling thread takes denormal operands and results for zeros (off at first, as the processor has it). Our own threads, of
// loops, loaders and convolutions, do as the thread that they work for; threads of yours begin like the one that starts them. Returns
// whether this processor can (x86-64 and 64-bit Arm); if not, nothing has changed. As torch.set_flush_denormal.
bool set_flush_denormal(bool on);
bool flush_denormal();

namespace detail {

// The bits of a thread's floating-point control register that set_flush_denormal is about.
using FloatMode = unsigned;
FloatMode float_mode();
void set_float_mode(FloatMode mode);

}  // namespace detail
}  // namespace gradus
