// The arguments of an example: the members of an aggregate, --name value. --help lists them; what is not among them, or is no value of
// theirs, ends the program.
//   struct Options { std::int64_t epochs = 10;  std::uint64_t seed = 1; };   const auto options = support::arguments<Options>(argc, argv);
#pragma once
#include <cstdio>
#include <cstdlib>

#include <gradus/autograd/base/describe/command_line.h>

namespace support {

template <class Options>
Options arguments(int argc, const char* const* argv) {
  Options options;
  try {
    if (gradus::read_command_line(options, argc, argv)) return options;
  } catch (const gradus::ValueError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::exit(2);
  }
  std::fputs(gradus::command_line_help(argv[0], options).c_str(), stdout);
  std::exit(0);
}

}  // namespace support
