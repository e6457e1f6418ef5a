// A log of numbers, read back: what CsvLog and JsonLog have written, by name (opt-in).
//   for (const train::LoggedCurve& curve : train::read_log("run/log.jsonl")) draw(curve.name, curve.steps, curve.values);
// A last line without its end is one that is being written, or was when the process died: it is passed over.
#pragma once
#include <string>
#include <vector>

#include <gradus/autograd/base/file_name.h>

namespace gradus::train {

struct LoggedCurve {
  std::string name;
  std::vector<double> steps, values;   // NaN for null, and nothing where a row has no such value
};

// In the order in which the names first appear. JSON lines, or CSV where the first line is no object. FileError names file and line.
std::vector<LoggedCurve> read_log(const FileName& file);

}  // namespace gradus::train
