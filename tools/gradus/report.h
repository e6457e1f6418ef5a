// What `gradus inspect` finds out about a file, before anything is printed.
//   const Report report = report_of(*open_weights(file), patterns, true);      report.tied == {{"embed.weight", "head.weight"}}
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "statistics.h"
#include "weights.h"

namespace gradus::tool {

struct TensorReport {
  const Entry* entry;
  std::uint64_t elements = 0;
  std::optional<Statistics> statistics = {};
  std::string problem = {};  // why there are none
};

struct Report {
  std::vector<TensorReport> tensors;            // those whose names fit
  std::uint64_t elements = 0, bytes = 0;        // of these
  std::vector<std::vector<std::string>> tied;   // that show the same memory, by what the format says
  std::vector<std::vector<std::string>> equal;  // of the same dtype, shape and bytes, not of one value alone; with statistics
  std::vector<const TensorReport*> nonfinite;
};

// No patterns: all. The Report points into `file`. ValueError: a pattern that no name fits.
Report report_of(const Weights& file, const std::vector<std::string>& patterns, bool statistics);

void print_report(std::ostream& out, const Weights& file, const Report& report, bool statistics);
void print_report_as_json(std::ostream& out, const Weights& file, const Report& report);

}  // namespace gradus::tool
