// The tape behind a tensor, to read: operations with shapes and dtypes, leaves with names, and the bytes that are kept for backward.
//   std::cout << tape_text(loss);
//     0  w             [3] f32      leaf
//     1  mul(0, 2)     …
//   write_file("tape.dot", tape_graphviz(loss));              // dot -Tsvg tape.dot
// The bytes are those of what operations save(): what several save counts once. GraphError: not tracked, or used up by a backward().
#pragma once
#include <string>

#include <gradus/autograd/tape/tensor.h>

namespace gradus {

std::string tape_text(const Tensor& y);
std::string tape_graphviz(const Tensor& y);

}  // namespace gradus
