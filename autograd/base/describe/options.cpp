#include <gradus/autograd/base/describe/options.h>

#include <functional>

#include <gradus/autograd/base/describe/nearest_name.h>

namespace gradus {
namespace {

bool lies_in(const void* place, const void* member, std::size_t bytes) {
  const auto *const at = static_cast<const std::byte*>(place), *const begin = static_cast<const std::byte*>(member);
  return !std::less<>()(at, begin) && std::less<>()(at, begin + bytes);
}

}  // namespace

void Describe::give(const Range& range, const void* member, std::size_t bytes) {
  for (Option& option : options_)
    if (lies_in(option.place(), member, bytes)) option.set_range(range);
}

void Describe::leave(const void* member, std::size_t bytes) {
  for (Option& option : options_)
    if (lies_in(option.place(), member, bytes)) option.set_saved(false);
}

void check_options(std::string_view who, const OptionList& options) {
  for (const Option& option : options) option.check(who);
}

std::optional<Option> find_option(const OptionList& options, std::string_view name) {
  for (const Option& option : options) {
    if (option.name() == name) return option;
    const std::size_t length = option.name().size();
    const bool inside = name.size() > length && name.starts_with(option.name()) && name[length] == '.';
    if (inside && option.type().parts) return find_option(option.type().parts(option.place()), name.substr(length + 1));
  }
  return std::nullopt;
}

void fail_no_option(std::string_view who, const OptionList& options, std::string_view name) {
  std::string known;
  SmallVector<std::string_view, 14> names;
  for (const Option& option : options) {
    known += text(known.empty() ? "" : ", ", option.name());
    names.push_back(option.name());
  }
  fail<ValueError>(who, ": has no option ", name.substr(0, 64), did_you_mean(name, {names.data(), names.size()}), "; it has ", known);
}

void set_option(std::string_view who, const OptionList& options, std::string_view name, std::string_view text) {
  const std::optional<Option> option = find_option(options, name);
  if (!option) fail_no_option(who, options, name);
  if (!option->parse(text)) option->fail_no_value(who, text);
  option->check(who);
}

std::string describe_options(std::string_view name, const OptionList& options) {
  std::string out(name);
  const char* before = "(";
  for (const Option& option : options) {
    out += text(before, option.name(), "=", option.text());
    before = ", ";
  }
  return out + (options.empty() ? "" : ")");
}

void write_options(Values& values, std::string_view prefix, const OptionList& options) {
  for (const Option& option : options)
    if (option.is_saved()) option.write(values, text(prefix, option.name()));
}

void read_options(ValueReader& reader, std::string_view prefix, const OptionList& options, ValueReader::Agree agree) {
  for (const Option& option : options)
    if (option.is_saved()) reader.read(text(prefix, option.name()), option, agree);
}

}  // namespace gradus
