// gradus: looks into files of weights, converts and compares them, and watches trainings. docs/weights.md, "The tool".
//   gradus inspect model.safetensors --statistics
#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>

#include <gradus/autograd/base/describe/nearest_name.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/build_info.h>

#include "command.h"

namespace gradus::tool {
namespace {

const Command commands[] = {
    {"inspect", "names, shapes, dtypes and statistics of what a file holds", run_inspect, inspect_help},
    {"convert", "one format into another; other dtypes, names, several files", run_convert, convert_help},
    {"diff", "what differs between two files", run_diff, diff_help},
    {"watch", "the curves of a training while it runs", run_watch, watch_help},
};

void print_usage(std::ostream& out) {
  out << "usage: gradus COMMAND ...\n\n";
  for (const Command& c : commands) out << "  " << c.name << std::string(10 - c.name.size(), ' ') << c.summary << '\n';
  out << "\n  gradus COMMAND --help    its options\n"
         "  gradus --version\n\n"
         "Formats: safetensors (and the index of several), npy, npz, PyTorch's .pt and .pth, onnx (to look into), told by what is in the "
         "file.\n"
         "Exit code: 0, 1 where diff found a difference, 2 where something went wrong.\n";
}

bool asks_for_help(std::string_view word) { return word == "--help" || word == "-h"; }

int run(const Words& words) {
  if (words.empty()) return print_usage(std::cerr), trouble;
  const std::string& name = words.front();
  if (asks_for_help(name) || name == "help") return print_usage(std::cout), ok;
  if (name == "--version") return std::cout << "gradus " << build_info().version << '\n', ok;
  const auto command = std::find_if(std::begin(commands), std::end(commands), [&](const Command& c) { return c.name == name; });
  if (command == std::end(commands)) {
    std::vector<std::string_view> names;
    for (const Command& c : commands) names.push_back(c.name);
    fail<ValueError>("there is no command \"", name.substr(0, 64), '"', did_you_mean(name, names), "; gradus --help lists them");
  }
  const Words rest(words.begin() + 1, words.end());
  if (std::any_of(rest.begin(), rest.end(), asks_for_help)) return std::cout << command->help, ok;
  return command->run(rest);
}

int complain(const char* what) {
  const bool says_who = std::string_view(what).starts_with("gradus ");
  std::fprintf(stderr, "%s%s\n", says_who ? "" : "gradus: ", what);
  return trouble;
}

int guarded(const Words& words) {
  try {
    const int code = run(words);
    std::cout.flush();
    check<FileError>(!std::cout.fail(), "cannot write to standard output");
    return code;
  } catch (const std::bad_alloc&) {
    return complain("out of memory");
  } catch (const std::exception& error) {
    std::cout.clear();
    std::cout.flush();  // what was found until then stands before the complaint
    return complain(error.what());
  }
}

}  // namespace
}  // namespace gradus::tool

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return gradus::tool::guarded({argv + (argc > 0 ? 1 : 0), argv + argc});
}
