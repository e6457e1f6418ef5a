#include <gradus/optim/kernels/wrapper_loops.h>

#include <gradus/autograd/kernels/machine/level.h>

namespace gradus::kernels {
GRADUS_DISPATCH(WrapperLoops, wrapper_loops)
}
