// The weights of the models in tests/golden/weights, which are made of their names: what make_weights.py's invented() gives.
#pragma once
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/state/state.h>

namespace invented {

using namespace gradus;

inline Array weight(const std::string& name, const Shape& shape, Dtype dtype) {
  if (!is_floating(dtype)) return Array::full(shape, 7, dtype);
  std::uint32_t h = 2166136261u;
  for (const char byte : name) h = (h ^ static_cast<unsigned char>(byte)) * 16777619u;
  double fan = 1;
  for (int i = 1; i < shape.rank(); ++i) fan *= static_cast<double>(shape[i]);
  const double scale = shape.rank() >= 2 ? std::exp2(-std::nearbyint(std::log2(fan) / 2)) : 0.25;
  const double around = shape.rank() < 2 && (name.ends_with("running_var") || name.ends_with("weight")) ? 1 : 0;
  Array out(shape, f64);
  double* const value = out.mutable_data<double>();
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(out.size()); ++i) {
    std::uint32_t x = h + i * 0x9E3779B1u;
    x ^= x >> 16;
    x *= 0x85EBCA6Bu;
    x ^= x >> 13;
    value[i] = around + (static_cast<double>(x >> 16) / 32768 - 1) * scale;
  }
  return out.to(dtype);
}

// What the Python model's state_dict() has: its names and shapes are a golden file's.
inline State state_of(const Safetensors& golden) {
  State out;
  std::istringstream lines(golden.metadata.at("names"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, dtype;
    words >> name >> dtype;
    std::vector<std::int64_t> sizes;
    for (std::int64_t size = 0; words >> size;) sizes.push_back(size);
    out.arrays.emplace(name, weight(name, sizes, dtype == "i64" ? i64 : f32));
  }
  return out;
}

}  // namespace invented
