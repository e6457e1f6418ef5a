// What an optimizer makes of gradients that are not finite.
//   optimizer.on_nonfinite(NonFinite::skip);   …   if (optimizer.skipped_steps() > 0) std::cerr << optimizer.nonfinite_parameter() << "\n";
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::optim {

enum class NonFinite {
  allow,      // as PyTorch: NaN and infinity go into the weights; costs nothing
  skip,       // the whole step is not taken
  refuse,     // ValueError that names the parameter, before anything changes
};

// Whether every element of the array, f32 or f64, is finite; on all cores.
bool all_finite(const Array& a);

}  // namespace gradus::optim
