#include <gradus/autograd/base/describe/command_line.h>

#include <algorithm>

namespace gradus {
namespace {

std::string with(std::string_view name, char from, char to) {
  std::string out(name);
  std::replace(out.begin(), out.end(), from, to);
  return out;
}

}  // namespace

bool read_command_line(const OptionList& options, int argc, const char* const* argv) {
  const std::string_view program = argv[0];
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]) == "--help" || std::string_view(argv[i]) == "-h") return false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view given = argv[i];
    check<ValueError>(given.starts_with("--"), program, ": options are --name value, not \"", given, "\"; --help lists them");
    const std::string name = with(given.substr(2), '-', '_');
    const std::optional<Option> option = find_option(options, name);
    if (!option) fail_no_option(program, options, name);
    const bool has_value = i + 1 < argc && !std::string_view(argv[i + 1]).starts_with("--");
    check<ValueError>(has_value || option->kind() == OptionKind::toggle, program, ": ", given, " wants a value");
    set_option(program, options, name, has_value ? argv[++i] : "true");
  }
  return true;
}

std::string command_line_help(std::string_view program, const OptionList& options) {
  std::string out = text("usage: ", program, " [--NAME VALUE]...\n\n");
  for (const Option& option : options) {
    const std::string value = option.text(), words = option.words();
    out +=
        text("  --", with(option.name(), '_', '-'), " (", value.empty() ? "nothing" : value, ")", words.empty() ? "" : ": ", words, "\n");
  }
  return out;
}

}  // namespace gradus
