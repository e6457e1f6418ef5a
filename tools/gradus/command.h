// A command of the tool, and what its exit code says to a script.
//   int run_inspect(const Words& words);      // gradus inspect …: words are what stands behind "inspect"
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace gradus::tool {

enum Exit { ok = 0, different = 1, trouble = 2 };

using Words = std::vector<std::string>;

struct Command {
  std::string_view name, summary;
  int (*run)(const Words& words);
  std::string_view help;
};

int run_inspect(const Words& words);
int run_convert(const Words& words);
int run_diff(const Words& words);
int run_watch(const Words& words);
extern const std::string_view inspect_help, convert_help, diff_help, watch_help;

}  // namespace gradus::tool
