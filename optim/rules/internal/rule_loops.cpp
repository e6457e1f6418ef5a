#include <gradus/optim/rules/internal/rule_loops.h>

#include <gradus/autograd/kernels/machine/level.h>

namespace gradus::kernels {
GRADUS_DISPATCH(RuleLoops, rule_loops)
}
