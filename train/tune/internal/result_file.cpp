// Lines of JSON: {"search": "…"}, then {"trial": 3, "budget": 1, "end": "done", "value": 0.5, "seconds": 1.5, "settings": {"lr": "0.1"}}.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include <nlohmann/json.hpp>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/throw_again.h>
#include <gradus/train/logs/internal/append_file.h>
#include <gradus/train/tune/internal/trials.h>

namespace gradus::train {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view end_names[] = {"done", "failed", "crashed", "timed out"};
constexpr std::uint64_t longest_file = std::uint64_t{1} << 30;

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// An error of the file's is one of the search.
template <class F>
void in_search(F f) {
  try {
    f();
  } catch (const FileError& e) {
    gradus::detail::throw_again(e, "search: ");
  }
}

void append(const std::string& file, const std::string& text) {
  in_search([&] { logs::append(file, text, true); });
}

}  // namespace

std::string_view name_of(TrialResult::End end) { return end_names[static_cast<std::size_t>(end)]; }

std::string line_of(const TrialResult& result) {
  Json settings = Json::object();
  for (const auto& [option, value] : result.settings) settings[option] = value;
  Json line{{"trial", result.trial}, {"budget", result.budget}, {"end", name_of(result.end)}};
  if (std::isfinite(result.value)) line["value"] = result.value;
  else line["value"] = std::isnan(result.value) ? "nan" : result.value > 0 ? "inf" : "-inf";
  line["seconds"] = result.seconds;
  line["settings"] = std::move(settings);
  if (!result.message.empty()) line["message"] = result.message;
  return dumped(line);
}

TrialResult result_in(std::string_view text) {
  const Json line = Json::parse(text, nullptr, false);
  const auto at = [&](const char* key) -> const Json& {
    check<FileError>(line.is_object() && line.contains(key), "no result of a trial: there is no \"", key, "\"");
    return line[key];
  };
  TrialResult result;
  for (const auto& [key, number] : {std::pair{"trial", &result.trial}, {"budget", &result.budget}}) {
    check<FileError>(at(key).is_number_integer(), "\"", key, "\" is no whole number");
    *number = at(key).get<std::int64_t>();
  }
  const std::string end = at("end").is_string() ? at("end").get<std::string>() : "";
  const auto* known = std::find(std::begin(end_names), std::end(end_names), end);
  check<FileError>(known != std::end(end_names), "\"end\" is none of done, failed, crashed, timed out");
  result.end = static_cast<TrialResult::End>(known - std::begin(end_names));
  const Json& value = at("value");
  check<FileError>(value.is_number() || value.is_string(), "\"value\" is no number");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (value.is_number()) result.value = value.get<double>();
  else result.value = value == "inf" ? infinity : value == "-inf" ? -infinity : std::numeric_limits<double>::quiet_NaN();
  check<FileError>(at("seconds").is_number() && at("settings").is_object(), "\"seconds\" or \"settings\" are not what they should be");
  result.seconds = at("seconds").get<double>();
  for (const auto& [option, setting] : at("settings").items()) {
    check<FileError>(setting.is_string(), "setting ", option, " is no text");
    result.settings.emplace_back(option, setting.get<std::string>());
  }
  if (line.contains("message") && line["message"].is_string()) result.message = line["message"].get<std::string>();
  return result;
}

ResultFile::ResultFile(const std::string& file, const std::string& search) : file_(file) {
  if (file_.empty()) return;
  const std::string first = dumped(Json{{"search", search}});
  std::ifstream in(file_, std::ios::binary);
  std::uint64_t whole = 0, number = 0;
  std::string line;
  for (; in && std::getline(in, line) && !in.eof(); whole += line.size() + 1, line.clear()) {
    ++number;
    check<FileError>(whole + line.size() < longest_file, "search: ", FileName(file_), " has more than ", longest_file, " bytes");
    if (number == 1) {
      const Json begin = Json::parse(line, nullptr, false);
      check<FileError>(begin.is_object() && begin.contains("search") && begin["search"].is_string(), "search: ", FileName(file_),
                       ", line 1: no file of a search");
      check<ValueError>(line == first, "search: ", FileName(file_), " is of another search, ", begin["search"].get<std::string>(),
                        ", and this one is ", search, "; name another file, or remove that one");
      continue;
    }
    try {
      TrialResult result = result_in(line);
      const Key key{result.budget, result.trial};
      known_.insert_or_assign(key, std::move(result));
    } catch (const FileError& e) {
      fail<FileError>("search: ", FileName(file_), ", line ", number, ": ", e.what());
    }
  }
  in.close();
  check<FileError>(number > 0 || first.starts_with(line), "search: ", FileName(file_), ", line 1: no file of a search");
  if (logs::exists(file_))   // what is behind the last end of a line was not written to its end
    in_search([&] { logs::truncate(file_, whole); });
  if (number == 0) append(file_, first + "\n");
}

void ResultFile::add(const TrialResult& result) {
  if (!file_.empty()) append(file_, line_of(result) + "\n");
  known_.insert_or_assign({result.budget, result.trial}, result);
}

}  // namespace gradus::train
