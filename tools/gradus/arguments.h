// The words of a command: places (files), and options, --name value, in any order; an aggregate says which options there are, as everywhere
// in the house (autograd/base/describe/command_line.h).
//   struct Options { bool json = false;  Repeated rename;  ByteSize shard_size; } options;
//   const Words files = read_arguments("gradus diff", options, words, {"A", "B"});   // --rename a=b --rename c=d: both of them
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/array/dtype.h>
#include <gradus/autograd/base/describe/options.h>

#include "command.h"

namespace gradus::tool {

// An option that may be given several times.
struct Repeated {
  std::vector<std::string> items;
};
// "2GB", "500 MB", "1GiB", "4096"; 0: not given.
struct ByteSize {
  std::uint64_t bytes = 0;
};

// The places, as many as `places` names. ValueError, in the program's name: too few or too many, an option that there is not, a value that
// is none of its.
Words read_arguments(std::string_view program, const OptionList& options, const Words& words,
                     std::initializer_list<std::string_view> places);

// One of ours by its name, "bf16"; ValueError with all of them.
Dtype dtype_named(std::string_view program, std::string_view name);

}  // namespace gradus::tool

namespace gradus {

template <>
struct OptionTraits<tool::Repeated> {
  static const OptionType type;
};
template <>
struct OptionTraits<tool::ByteSize> {
  static const OptionType type;
};

}  // namespace gradus
