#include <gradus/optim/rules/internal/rule_loops.h>

#include <gradus/autograd/simd/internal/level.h>

GRADUS_DISPATCH(RuleLoops, rule_loops)
