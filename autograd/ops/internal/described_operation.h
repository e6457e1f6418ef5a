// What any operation says of itself (tape/internal/described.h): those that are formulas by their members, the others by describe().
#pragma once
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/node.h>

namespace gradus::detail {

void describe_operation(const Node& op, OpOptions& options);   // nothing, if it has nothing to say

}  // namespace gradus::detail
