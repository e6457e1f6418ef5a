// A log as JSON lines, an object a row (opt-in); what is not finite is null. The report and `gradus watch` read it.
//   train::JsonLog log("run/log.jsonl");   log.add("loss", 1, 0.5);      // {"step":1,"loss":0.5}
#pragma once
#include <gradus/autograd/base/file_name.h>
#include <gradus/train/logs/log.h>

namespace gradus::train {

class JsonLog final : public Log {
 public:
  explicit JsonLog(const FileName& file, const LogOptions& options = {}) : Log(options), file_(file) {}
  ~JsonLog() override { flush_quietly(); }

 private:
  void begin() override;
  void cut(std::int64_t step) override;
  void write(std::int64_t step, const std::vector<NamedValue>& row) override;

  FileName file_;
};

}  // namespace gradus::train
