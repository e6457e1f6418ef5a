// Named arrays in a safetensors file, the format that Python reads and writes too. The reader treats its input as hostile; the writer
// replaces the file in one step, so that a crash leaves the old or the new file, never half of one.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include <gradus/autograd/array/array.h>

namespace gradus {

struct Safetensors {
  std::map<std::string, Array> arrays;
  std::map<std::string, std::string> metadata;
};

// FileError names the file, the rule broken and the tensor at fault: missing, truncated, malformed JSON, offsets that overlap, leave holes
// or do not match shape and dtype, duplicate names, a dtype that gradus has not.
Safetensors load_safetensors(const std::filesystem::path& file);
void save_safetensors(const std::filesystem::path& file, const Safetensors& contents);

}  // namespace gradus
