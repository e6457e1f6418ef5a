// If, where the file itself says which way it goes: exporters write such for shapes that they knew.
//   take_known_branches(model.graph);   // its nodes are then those of the branches that are taken; what is left of If is refused
#pragma once
#include <gradus/nn/onnx/internal/messages.h>

namespace gradus::nn::onnx {

// A condition is known if it is an initialiser that is no input, or a Constant. Names that a branch makes get others, since two branches
// may use the same ones. FileError: a branch that has another number of results than the node, or inputs of its own.
void take_known_branches(Graph& graph);

}  // namespace gradus::nn::onnx
