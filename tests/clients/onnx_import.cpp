// ONNX models run by gradus: for each folder that is named, model.onnx with inputs.safetensors gives outputs.safetensors.
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/tape/recording.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/onnx_model.h>

#include "subject.h"

namespace clients::onnx_import {
namespace {

using namespace gradus;

// A line: how it went, and why.
std::string run_folder(const std::string& folder) {
  const auto one_line = [](const char* kind, std::string why) {
    for (char& c : why) c = c == '\n' || c == '\t' ? ' ' : c;
    return std::string(kind) + "\t" + why;
  };
  try {
    const nn::OnnxModel net = nn::load_onnx(folder + "/model.onnx");
    std::vector<nn::OnnxValue> inputs;
    const Safetensors given = load_safetensors(folder + "/inputs.safetensors");
    for (const std::string& name : net.input_names())
      if (const auto at = given.arrays.find(name); at != given.arrays.end()) inputs.push_back({name, at->second});
    Safetensors outputs;
    const NoGrad unrecorded;
    for (const nn::OnnxValue& value : net(inputs)) outputs.arrays.emplace(value.name, value.value.value().as_contiguous());
    save_safetensors(folder + "/outputs.safetensors", outputs);
    return "ran\t";
  } catch (const FileError& e) {
    return one_line("refused", e.what());
  } catch (const std::exception& e) {
    return one_line("failed", e.what());
  }
}

const Subject onnx_run{"onnx-run", "LIST: a file of folders, a line each, whose model.onnx is run", [](const auto& a) {
  std::ifstream list(a.at(0));
  for (std::string folder; std::getline(list, folder);) std::cout << folder << '\t' << run_folder(folder) << '\n';
}};

const Subject onnx_operators{"onnx-operators", ": the operators that gradus runs, a line each", [](const auto&) {
  for (const std::string& name : nn::onnx::operator_names()) std::cout << name << '\n';
}};

}  // namespace
}  // namespace clients::onnx_import
