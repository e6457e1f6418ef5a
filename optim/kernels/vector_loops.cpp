#include <gradus/optim/kernels/vector_loops.h>

#include <gradus/autograd/simd/internal/level.h>

namespace gradus::optim::kernels {
GRADUS_DISPATCH(VectorLoops, vector_loops)
}
