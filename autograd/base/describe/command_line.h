// Options from a command line, --name value:
//   struct Options { std::int64_t epochs = 10;  double lr = 1e-3;  bool fast = false; } options;      // train --epochs 3 --fast
//   if (!read_command_line(options, argc, argv)) std::cout << command_line_help("train", options);     // it was asked for: --help, -h
#pragma once
#include <string>
#include <string_view>

#include <gradus/autograd/base/describe/options.h>

namespace gradus {

// Sets the options that are given, a switch also by its name alone; in names - and _ are the same. False, with nothing changed, if there is
// --help or -h. ValueError, with nothing changed, in the program's name: no such option, no value, none of its values, out of its range.
bool read_command_line(const OptionList& options, int argc, const char* const* argv);
// Every option, its value where none is given, and what it may be.
std::string command_line_help(std::string_view program, const OptionList& options);

template <class T>
bool read_command_line(T& options, int argc, const char* const* argv) {
  T changed = options;
  if (!read_command_line(options_of(changed), argc, argv)) return false;
  options = std::move(changed);
  return true;
}
template <class T>
std::string command_line_help(std::string_view program, const T& options) {
  return command_line_help(program, options_of(options));
}

}  // namespace gradus
