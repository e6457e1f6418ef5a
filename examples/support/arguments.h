// The arguments of an example: --name value pairs with defaults.
//   const Arguments arguments(argc, argv, {{"epochs", "10"}, {"seed", "1"}});   int epochs = arguments.number("epochs");
// --help prints what there is. A name that is not listed, or a value that is no number where one is wanted, ends the program with that list.
#pragma once
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

class Arguments {
 public:
  using Defaults = std::vector<std::pair<std::string, std::string>>;

  Arguments(int argc, char** argv, Defaults defaults) : program_(argv[0]), values_(std::move(defaults)) {
    for (int i = 1; i < argc; i += 2) {
      const std::string name = argv[i];
      if (asks_for_help(name)) {
        std::printf("usage: %s [--NAME VALUE]...\n\n", program_.c_str());
        list(stdout);
        std::exit(0);
      }
      std::string* value = name.starts_with("--") ? find(name.substr(2)) : nullptr;
      if (!value || i + 1 == argc) usage(name);
      *value = argv[i + 1];
    }
  }

  static bool asks_for_help(std::string_view argument) { return argument == "--help" || argument == "-h"; }
  const std::string& program() const { return program_; }
  // Every name, and what it is unless it is given.
  void list(std::FILE* out) const {
    for (const auto& [key, value] : values_) std::fprintf(out, "  --%s (%s)\n", key.c_str(), value.empty() ? "nothing" : value.c_str());
  }
  const std::string& text(const std::string& name) const { return *const_cast<Arguments*>(this)->find(name); }
  long number(const std::string& name) const {
    const std::string& value = text(name);
    long out = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
    if (error != std::errc() || end != value.data() + value.size() || out < 0) usage("--" + name + " " + value);
    return out;
  }

 private:
  std::string* find(const std::string& name) {
    for (auto& [key, value] : values_)
      if (key == name) return &value;
    return nullptr;
  }
  [[noreturn]] void usage(const std::string& wrong) const {
    std::fprintf(stderr, "%s: do not understand '%s'; there are:\n", program_.c_str(), wrong.c_str());
    list(stderr);
    std::exit(2);
  }

  std::string program_;
  Defaults values_;
};

}  // namespace support
