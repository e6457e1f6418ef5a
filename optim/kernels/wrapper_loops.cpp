#include <gradus/optim/kernels/wrapper_loops.h>

#include <gradus/autograd/simd/internal/level.h>

GRADUS_DISPATCH(WrapperLoops, wrapper_loops)
