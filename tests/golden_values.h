// Reference values: the arrays of all files of a folder below tests/golden, by name (golden/README.md says how a case is added).
//   const Array& y = golden_values("nn").at("linear.y");
#pragma once
#include <map>
#include <string>

#include <gradus/autograd/array/array.h>

namespace gradus {

const std::map<std::string, Array>& golden_values(const std::string& folder);

}  // namespace gradus
