#include <gradus/optim/rule_loops.h>

#include <gradus/autograd/kernels/level.h>

GRADUS_DISPATCH(RuleLoops, rule_loops)
