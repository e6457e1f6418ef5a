#include <gradus/train/checkpoint/checkpoints.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <system_error>

#include <gradus/autograd/base/internal/file.h>
#include <gradus/train/checkpoint/internal/checkpoint_file.h>

namespace gradus::train {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view name_begins = "step-", name_ends = ".safetensors";
constexpr std::size_t step_digits = 9;

std::string name_of_step(std::int64_t step) {
  std::string digits = std::to_string(step);
  if (digits.size() < step_digits) digits.insert(0, step_digits - digits.size(), '0');
  return text(name_begins, digits, name_ends);
}

std::optional<std::int64_t> whole_number(std::string_view s) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  return error == std::errc{} && end == s.data() + s.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> step_of_name(std::string_view name) {
  if (!name.starts_with(name_begins) || !name.ends_with(name_ends) || name.size() <= name_begins.size() + name_ends.size()) return {};
  return whole_number(name.substr(name_begins.size(), name.size() - name_begins.size() - name_ends.size()));
}

}  // namespace

struct Checkpoints::Listing {
  std::vector<SavedCheckpoint> files;                          // the oldest first
  std::vector<std::pair<std::string, std::string>> unread;     // file and reason
};

Checkpoints::Checkpoints(const FileName& folder, const CheckpointsOptions& options) : folder_(folder.string()), options_(options) {
  check_options("Checkpoints", options_);
  std::error_code error;
  fs::create_directories(folder_, error);
  std::error_code ignored;
  const bool is_folder = fs::is_directory(folder_, ignored);
  check<FileError>(is_folder, "Checkpoints: ", folder, " cannot be made: ", error ? error.message() : "it is a file");
  remove_leftovers(folder_, name_begins);
}

Checkpoints::Listing Checkpoints::read_folder() const {
  Listing out;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    const std::optional<std::int64_t> step = step_of_name(at->path().filename().string());
    if (!step) continue;
    SavedCheckpoint saved{.file = at->path().string(), .step = *step};
    try {
      const Values facts = detail::read_facts(saved.file);
      if (const auto number = facts.find("number"); number != facts.end()) saved.number = whole_number(number->second).value_or(0);
      if (const auto metric = facts.find("metric"); metric != facts.end()) {
        double value = 0;
        if (OptionTraits<double>::type.parse(&value, metric->second)) saved.metric = value;
      }
      out.files.push_back(std::move(saved));
    } catch (const FileError& e) {
      out.unread.emplace_back(saved.file, e.what());
    }
  }
  check<FileError>(!error, "Checkpoints: cannot read the folder ", FileName(folder_), ": ", error.message());
  std::sort(out.files.begin(), out.files.end(), [](const SavedCheckpoint& a, const SavedCheckpoint& b) {
    return a.number != b.number ? a.number < b.number : a.step < b.step;
  });
  return out;
}

// Of two with a metric.
bool Checkpoints::better(const SavedCheckpoint& a, const SavedCheckpoint& b) const {
  if (std::isnan(*a.metric) || std::isnan(*b.metric)) return !std::isnan(*a.metric) && std::isnan(*b.metric);
  return options_.higher_is_better ? *a.metric > *b.metric : *a.metric < *b.metric;
}

std::string Checkpoints::save(std::int64_t step, std::span<const Part> parts, std::optional<double> metric) {
  check<ValueError>(step >= 0, "Checkpoints: a step is at least 0, not ", step);
  const Listing before = read_folder();
  SavedCheckpoint saved{.file = (fs::path(folder_) / name_of_step(step)).string(), .step = step, .metric = metric};
  saved.number = before.files.empty() ? 1 : before.files.back().number + 1;
  Values facts{{"step", std::to_string(step)}, {"number", std::to_string(saved.number)}};
  if (metric) facts["metric"] = OptionTraits<double>::type.text(&*metric);
  detail::write_checkpoint(saved.file, parts, std::move(facts));

  // It is on the disk. Others go now; what cannot be removed is tried again next time.
  std::vector<SavedCheckpoint> all;
  for (const SavedCheckpoint& old : before.files)
    if (old.file != saved.file) all.push_back(old);
  all.push_back(saved);
  std::vector<const SavedCheckpoint*> by_metric;
  for (auto at = all.rbegin(); at != all.rend(); ++at)
    if (at->metric) by_metric.push_back(&*at);
  std::stable_sort(by_metric.begin(), by_metric.end(), [&](const auto* a, const auto* b) { return better(*a, *b); });
  by_metric.resize(std::min(by_metric.size(), static_cast<std::size_t>(options_.keep_best)));
  const std::size_t keep = options_.keep == 0 ? all.size() : static_cast<std::size_t>(options_.keep);
  for (std::size_t i = 0; i + keep < all.size(); ++i)
    if (std::find(by_metric.begin(), by_metric.end(), &all[i]) == by_metric.end()) {
      std::error_code ignored;
      fs::remove(all[i].file, ignored);
    }
  return saved.file;
}

std::optional<Resumed> Checkpoints::resume(std::span<const Part> parts) {
  Listing listing = read_folder();
  Resumed out;
  for (const auto& [file, reason] : listing.unread) out.broken.push_back(reason);
  for (auto at = listing.files.rbegin(); at != listing.files.rend(); ++at) {
    detail::CheckpointContents contents;
    try {
      contents = detail::read_checkpoint(at->file, true);
    } catch (const FileError& e) {
      out.broken.emplace_back(e.what());
      continue;
    }
    out.differences = detail::load_contents(at->file, parts, contents).differences;
    static_cast<SavedCheckpoint&>(out) = std::move(*at);
    return out;
  }
  std::string all;
  for (const std::string& reason : out.broken) all += "\n  " + reason;
  check<FileError>(out.broken.empty(), "Checkpoints: none of those in ", FileName(folder_), " is whole:", all);
  return {};
}

std::vector<SavedCheckpoint> Checkpoints::list() const { return read_folder().files; }

std::optional<SavedCheckpoint> Checkpoints::latest() const {
  const std::vector<SavedCheckpoint> all = list();
  return all.empty() ? std::nullopt : std::optional(all.back());
}

std::optional<SavedCheckpoint> Checkpoints::best() const {
  std::optional<SavedCheckpoint> best;
  for (SavedCheckpoint& each : list())
    if (each.metric && (!best || !better(*best, each))) best = std::move(each);
  return best;
}

}  // namespace gradus::train
