// From traces to a graph.
#pragma once
#include <gradus/nn/onnx/export/internal/conversion.h>

namespace gradus::nn::onnx {

// ValueError, if the other call did other operations, or the same ones with other values.
void check_same_steps(const Trace& one, const Trace& other);
// Which steps the outputs hang from.
std::vector<bool> steps_needed(const Trace& trace);
// Their nodes, and the initialisers that these take.
void convert_steps(ExportedGraph& to);

}  // namespace gradus::nn::onnx
