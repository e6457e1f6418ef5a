// ONNX models, read and planned; what a call computes is not the reader's.
#include <gradus/nn/onnx/internal/model_file.h>
#include <gradus/nn/onnx/onnx_model.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return gradus::fuzz_file(data, size, [](const std::string& name) {
    for (const std::uint64_t large : {std::uint64_t{1}, gradus::nn::onnx::ReadLimits().large}) {   // by the piece, as a whole
      const gradus::nn::onnx::Model model = gradus::nn::onnx::read_model(name, {.large = large});
      for (const auto& tensor : model.graph.initializers) gradus::touch(tensor.value);
      if (gradus::nn::onnx::model_bytes(model).empty()) std::abort();
    }
    gradus::nn::load_onnx(name);
  });
}
