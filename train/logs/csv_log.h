// A log as a table, for spreadsheets and pandas: a first line of names, a line a step, empty where a step has no such value (opt-in).
//   train::CsvLog log("run/log.csv");   log.add("loss", 1, 0.5);
//   // step,loss
//   // 1,0.5
// A value of a name that was not there before gets a column more, for which the file is written anew, in one step.
#pragma once
#include <string>
#include <vector>

#include <gradus/autograd/base/file_name.h>
#include <gradus/train/logs/log.h>

namespace gradus::train {

class CsvLog final : public Log {
 public:
  explicit CsvLog(const FileName& file, const LogOptions& options = {}) : Log(options), file_(file) {}
  ~CsvLog() override { flush_quietly(); }

 private:
  void begin() override;
  void cut(std::int64_t step) override;
  void write(std::int64_t step, const std::vector<NamedValue>& row) override;
  std::string header() const;

  FileName file_;
  std::vector<std::string> columns_;   // but "step"
};

}  // namespace gradus::train
