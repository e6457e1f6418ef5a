// A training as a page: one HTML file that needs no network, made of what RunRecord (run_record.h) or a JsonLog left in a folder (opt-in).
//   train::report("runs/a");                                    // runs/a/report.html
//   train::report("runs/a", {.compare = {"runs/b"}});           // both, side by side
// It has curves with zoom, learning rate, norms of gradients and updates, the table of confusion, the worst predictions, the model's
// summary, configuration, versions, time and memory, as far as they are there.
#pragma once
#include <string>
#include <vector>

#include <gradus/autograd/base/file_name.h>

namespace gradus::train {

struct ReportOptions {
  std::vector<std::string> compare = {};         // folders of other runs, at most 7
  std::string file = {};                         // report.html in the folder
  std::string title = {};                        // the folder's name
};

// Returns the file's name. Curves of more than 4000 points are thinned, their extremes kept. ValueError: too many runs. FileError: a folder
// without log.jsonl, log.csv and run.json; one of them is none; the report cannot be written.
std::string report(const FileName& folder, const ReportOptions& options = {});

}  // namespace gradus::train
