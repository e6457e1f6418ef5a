#include "report.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

#include <gradus/autograd/base/drawing/progress.h>
#include <gradus/autograd/base/drawing/terminal.h>
#include <gradus/autograd/base/error.h>

#include "names.h"
#include "sizes.h"

namespace gradus::tool {
namespace {

std::uint64_t elements_of(const Entry& e) {
  std::uint64_t n = 1;
  for (const std::uint64_t size : e.shape)
    if (__builtin_mul_overflow(n, size, &n)) return UINT64_MAX;
  return n;
}

void add_statistics(const Weights& file, TensorReport& t) {
  if (!t.entry->loads_as) {
    t.problem = text("gradus has no dtype for ", t.entry->dtype);
    return;
  }
  try {
    t.statistics = statistics_of(file.load(t.entry->name));
  } catch (const Error& error) {
    t.problem = error.what();
  }
}

bool same_bytes(const Weights& file, const TensorReport& a, const TensorReport& b) {
  const Array x = file.load(a.entry->name).as_contiguous(), y = file.load(b.entry->name).as_contiguous();
  const std::size_t bytes = static_cast<std::size_t>(x.size()) * size_of(x.dtype());
  return x.size() == y.size() && x.dtype() == y.dtype() && (bytes == 0 || std::memcmp(x.raw(), y.raw(), bytes) == 0);
}

// Those that the format itself ties are not listed again.
void find_equal(const Weights& file, Report& report) {
  using Key = std::tuple<std::array<std::uint64_t, 2>, std::string, std::vector<std::uint64_t>>;
  std::map<Key, std::vector<const TensorReport*>> alike;
  for (const TensorReport& t : report.tensors)
    if (t.statistics && t.elements > 1 && !t.statistics->is_constant())
      alike[{t.statistics->fingerprint, t.entry->dtype, t.entry->shape}].push_back(&t);
  for (const TensorReport& t : report.tensors) {
    if (!t.statistics) continue;
    const auto found = alike.find({t.statistics->fingerprint, t.entry->dtype, t.entry->shape});
    if (found == alike.end() || found->second.size() < 2 || found->second.front() != &t) continue;
    std::vector<std::string> names{t.entry->name};
    const std::string& storage = t.entry->storage;
    bool tied = !storage.empty();
    for (std::size_t i = 1; i < found->second.size(); ++i) {
      const TensorReport& other = *found->second[i];
      if (!same_bytes(file, t, other)) continue;
      names.push_back(other.entry->name);
      tied = tied && other.entry->storage == storage;
    }
    if (names.size() > 1 && !tied) report.equal.push_back(std::move(names));
  }
}

}  // namespace

Report report_of(const Weights& file, const std::vector<std::string>& patterns, bool statistics) {
  Report report;
  for (const std::string& pattern : patterns) check_pattern("gradus inspect", pattern);
  std::vector<bool> fitted(patterns.size());
  for (const Entry& e : file.entries) {
    bool wanted = patterns.empty();
    for (std::size_t i = 0; i < patterns.size(); ++i)
      if (fits(e.name, patterns[i])) fitted[i] = wanted = true;
    if (wanted) report.tensors.push_back({.entry = &e, .elements = elements_of(e)});
  }
  for (std::size_t i = 0; i < patterns.size(); ++i)
    check<ValueError>(fitted[i], "gradus inspect: ", file.files.front(), ": no name fits \"", printable(patterns[i]),
                      "\"; * stands for characters between dots, ** for whole parts");

  std::map<std::string, std::vector<std::string>> by_storage;
  drawing::ProgressBar bar("inspect");
  const bool shows_progress = statistics && file.bytes() > 100'000'000 && drawing::is_terminal(2);
  if (shows_progress) bar.start(static_cast<std::int64_t>(report.tensors.size()));
  for (TensorReport& t : report.tensors) {
    report.elements += t.elements, report.bytes += t.entry->bytes;
    if (!t.entry->storage.empty()) by_storage[t.entry->storage].push_back(t.entry->name);
    if (statistics) add_statistics(file, t);
    if (t.statistics && t.statistics->nonfinite() > 0) report.nonfinite.push_back(&t);
    if (shows_progress) bar.step();
  }
  if (shows_progress) bar.finish();
  for (auto& [storage, names] : by_storage)
    if (names.size() > 1) report.tied.push_back(std::move(names));
  if (statistics) find_equal(file, report);
  return report;
}

}  // namespace gradus::tool
