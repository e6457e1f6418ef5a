#include <gradus/optim/wrapper_loops.h>

#include <gradus/autograd/kernels/level.h>

GRADUS_DISPATCH(WrapperLoops, wrapper_loops)
