// A safetensors file that is written and not yet in its place.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/internal/file.h>

namespace gradus::detail {

// The length of the header, and the header.
std::string beginning_of(const std::string& header);
void write_beginning(FileReplacement& out, const std::string& header);

using NamedArrays = std::vector<const std::pair<const std::string, Array>*>;

// commit() of what it returns puts it there. ValueError: a name that is not UTF-8 or "__metadata__", an undefined array. With `checksum`,
// the key of a metadata entry, its value becomes that of the whole file (file_checksum.h).
std::unique_ptr<FileReplacement> write_safetensors(const FileName& file, const std::map<std::string, std::string>& metadata,
                                                   NamedArrays arrays, std::string_view checksum = {});

}  // namespace gradus::detail
