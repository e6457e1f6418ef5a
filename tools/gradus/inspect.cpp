// gradus inspect FILE
#include <algorithm>
#include <iostream>

#include "arguments.h"
#include "command.h"
#include "report.h"

namespace gradus::tool {

const std::string_view inspect_help = R"(usage: gradus inspect FILE [--statistics] [--name PATTERN] [--json]

Lists what FILE holds: its format, metadata and values, each tensor's name, dtype, shape and bytes, which tensors share memory; of an
onnx file its inputs, outputs and operators, of a checkpoint of gradus its parts. Only headers are read, unless statistics are wanted.

  --statistics     reads every tensor, one at a time: min, max, mean and std (n - 1) of its finite elements, the share of zeros, what is
                   not finite; and which tensors have equal bytes (those of one value alone are not compared)
  --name PATTERN   only tensors whose names fit: * stands for characters between dots, ** for whole parts; may be given several times
  --json           one JSON object for programs

Exit code: 0; 2 where something could not be read.
)";

namespace {

struct InspectOptions {
  bool statistics = false;
  Repeated name;
  bool json = false;
};

}  // namespace

int run_inspect(const Words& words) {
  InspectOptions options;
  const Words files = read_arguments("gradus inspect", options_of(options), words, {"FILE"});
  const auto file = open_weights(files[0]);
  const Report report = report_of(*file, options.name.items, options.statistics);
  if (options.json)
    print_report_as_json(std::cout, *file, report);
  else
    print_report(std::cout, *file, report, options.statistics);
  return std::any_of(report.tensors.begin(), report.tensors.end(),
                     [](const TensorReport& t) { return t.entry->loads_as && !t.problem.empty(); })
             ? trouble
             : ok;
}

}  // namespace gradus::tool
