// Trials in processes of their own, several at a time, and their results in a file.
#pragma once
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gradus/train/tune/search.h>

namespace gradus::train {

using TrialFunction = std::function<double(const SettingTexts&, const Trial&)>;

struct PlannedTrial {
  Trial trial;
  SettingTexts settings;
};

// Runs them and tells `done` of each as it ends, in this thread. What `done` throws passes through, and ends the others.
void run_trials(const std::vector<PlannedTrial>& trials, const SearchOptions& options, const TrialFunction& f,
                const std::function<void(const TrialResult&)>& done);

std::string line_of(const TrialResult& result);                       // JSON, without the end of the line
TrialResult result_in(std::string_view line);                         // FileError says what is wrong
std::string_view name_of(TrialResult::End end);                       // "timed out"

// The file of a search: a line that says which one it is, and a line a result. A last line that is not whole, of a process that was killed
// while it wrote, is left out, and overwritten.
class ResultFile {
 public:
  // ValueError: the file of another search. FileError with the line.
  ResultFile(const std::string& file, const std::string& search);
  void add(const TrialResult& result);                                // on the disk when it returns, as far as the system knows
  using Key = std::pair<std::int64_t, std::int64_t>;                  // budget and number
  const std::map<Key, TrialResult>& known() const { return known_; }

 private:
  std::string file_;
  std::map<Key, TrialResult> known_;
};

}  // namespace gradus::train
