#include "arguments.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <gradus/autograd/array/dtype.h>
#include <gradus/autograd/base/describe/command_line.h>
#include <gradus/autograd/base/describe/number_text.h>

namespace gradus {
namespace {

std::string text_of_repeated(const void* p) {
  std::string out;
  for (const std::string& item : static_cast<const tool::Repeated*>(p)->items) out += (out.empty() ? "" : " ") + item;
  return out;
}
bool parse_repeated(void* p, std::string_view text) {
  static_cast<tool::Repeated*>(p)->items.emplace_back(text);
  return true;
}

constexpr std::pair<std::string_view, double> units[] = {{"", 1},         {"b", 1},        {"kb", 1e3},    {"mb", 1e6}, {"gb", 1e9},
                                                         {"tb", 1e12},    {"k", 1e3},      {"m", 1e6},     {"g", 1e9},  {"kib", 0x1p10},
                                                         {"mib", 0x1p20}, {"gib", 0x1p30}, {"tib", 0x1p40}};

std::string text_of_size(const void* p) { return std::to_string(static_cast<const tool::ByteSize*>(p)->bytes); }
bool parse_size(void* p, std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::optional<double> number = parse_number(text.substr(0, digits));
  std::string unit(text.substr(digits));
  unit.erase(0, unit.find_first_not_of(' ') == unit.npos ? unit.size() : unit.find_first_not_of(' '));
  for (char& c : unit) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  const auto* const known = std::find_if(std::begin(units), std::end(units), [&](const auto& u) { return u.first == unit; });
  if (!number || known == std::end(units)) return false;
  const double bytes = *number * known->second;
  if (!(bytes >= 1 && bytes < 0x1p62)) return false;
  static_cast<tool::ByteSize*>(p)->bytes = static_cast<std::uint64_t>(bytes);
  return true;
}

void takes_anything(const void*, const Range&, std::string_view, std::string_view) {}

}  // namespace

const OptionType OptionTraits<tool::Repeated>::type{
    .kind = OptionKind::list, .cpp = &typeid(tool::Repeated), .text = text_of_repeated, .parse = parse_repeated, .check = takes_anything};
const OptionType OptionTraits<tool::ByteSize>::type{
    .kind = OptionKind::text, .cpp = &typeid(tool::ByteSize), .text = text_of_size, .parse = parse_size, .check = takes_anything};

namespace tool {
namespace {

// Whether a switch is followed by what can only be its value.
bool is_truth(std::string_view word) { return word == "true" || word == "false"; }

}  // namespace

Words read_arguments(std::string_view program, const OptionList& options, const Words& words,
                     std::initializer_list<std::string_view> places) {
  Words files, named{std::string(program)};
  bool all_are_places = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (all_are_places || !word.starts_with("-") || word == "-") {
      files.push_back(word);
    } else if (word == "--") {
      all_are_places = true;
    } else {
      const std::size_t equals = word.find('=');
      named.push_back(word.substr(0, equals));
      std::string key = named.back().substr(std::min<std::size_t>(2, named.back().size()));
      std::replace(key.begin(), key.end(), '-', '_');
      const std::optional<Option> option = find_option(options, key);
      const bool is_switch = option && option->kind() == OptionKind::toggle;
      if (equals != word.npos)
        named.push_back(word.substr(equals + 1));
      else if (option && i + 1 < words.size() && (!is_switch || is_truth(words[i + 1])))
        named.push_back(words[++i]);
    }
  }
  std::vector<const char*> pointers;
  for (const std::string& word : named) pointers.push_back(word.c_str());
  read_command_line(options, static_cast<int>(pointers.size()), pointers.data());

  std::string wanted;
  for (const std::string_view place : places) wanted += (wanted.empty() ? "" : " ") + std::string(place);
  check<ValueError>(files.size() >= places.size(), program, ": wants ", wanted, ", not ", files.size(), " files; ", program, " --help");
  check<ValueError>(files.size() <= places.size(), program, ": wants ", wanted, "; what is \"", files.back().substr(0, 64), "\"? ", program,
                    " --help");
  for (const std::string& file : files) check<ValueError>(!file.empty(), program, ": a file's name is empty");
  return files;
}

Dtype dtype_named(std::string_view program, std::string_view name) {
  std::string known;
  for (std::size_t i = 0; i < detail::element_count; ++i) {
    const auto d = static_cast<Dtype>(i);
    if (name == name_of(d)) return d;
    known += text(known.empty() ? "" : ", ", name_of(d));
  }
  fail<ValueError>(program, ": there is no dtype \"", name.substr(0, 64), "\"; there are ", known);
}

}  // namespace tool
}  // namespace gradus
