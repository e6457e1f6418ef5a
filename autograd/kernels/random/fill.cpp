#include <gradus/autograd/kernels/random/fill.h>

#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {
GRADUS_DISPATCH(RandomLoops, random_loops)
}  // namespace gradus::kernels
