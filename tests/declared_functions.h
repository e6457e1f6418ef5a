// What a public header declares, for tests that hold a list of all functions against the headers.
//   declared_functions(root / "autograd/ops/math.h")      {"exp", "log", …}
//   declared_layers(root / "nn/layers/conv.h")            {"Conv2d", …}
#pragma once
#include <filesystem>
#include <set>
#include <string>

namespace gradus {

// The names of the free functions in namespace gradus and those within it but detail, as they are called from gradus: "relu", "operator+",
// "linalg::inv". Declarations over several lines, templates and functions with bodies count; members do not.
std::set<std::string> declared_functions(const std::filesystem::path& header);

// The layers: classes and structs that have a call, or whose base has one, and names of such templates ("using L1Loss = LossOfTwo<…>").
std::set<std::string> declared_layers(const std::filesystem::path& header);

}  // namespace gradus
