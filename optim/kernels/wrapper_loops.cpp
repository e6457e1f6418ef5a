#include <gradus/optim/kernels/wrapper_loops.h>

#include <gradus/autograd/kernels/machine/level.h>

GRADUS_DISPATCH(WrapperLoops, wrapper_loops)
