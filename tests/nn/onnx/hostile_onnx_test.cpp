// Hostile .onnx files of our own making, each with its verdict (tests/hostile.h); cut anywhere, they are errors or load.
#include <gtest/gtest.h>

#include <filesystem>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/nn/onnx/internal/model_file.h>
#include <gradus/nn/onnx/onnx_model.h>

#include <hostile.h>

namespace gradus::hostile_onnx_test {

TEST(Hostile, Onnx) {
  expect_verdicts("onnx", [](const std::string& file) { nn::load_onnx(file); });
}

TEST(Hostile, OnnxCutAnywhere) {
  for (const auto& entry : std::filesystem::directory_iterator(GRADUS_GOLDEN "/hostile/onnx")) {
    const std::string bytes = read_file(entry.path());
    for (std::size_t n = 0; n < bytes.size(); ++n) try {
        nn::onnx::parse_model(std::string_view(bytes).substr(0, n));
      } catch (const FileError&) {
      }
  }
}

}  // namespace gradus::hostile_onnx_test
