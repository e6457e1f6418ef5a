// Loading by name, when the file is not just what the model would have written: a report instead of an error, other names and layouts
// (weight_map.h), a part of the file, other dtypes. And writing such a file again.
//   std::cout << nn::load(net, "resnet.safetensors", {.ignore = {"fc.*"}, .strict = false});
//     loaded 60 of 62 arrays
//       missing fc.bias [10] f32 …
//   nn::load(net.encoder, "whole.safetensors", {.prefix = "model.encoder.", .convert = true});
//   nn::save(net, "for_python.safetensors", {.map = gpt2, .dtype = bf16});
#pragma once
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <gradus/nn/model/state.h>
#include <gradus/nn/weights/weight_map.h>

namespace gradus::nn {

struct LoadOptions {
  WeightMap map = {};                                        // from the file's names, behind the prefix, to the model's
  std::string prefix = {};                                   // of the file's names: those that begin so are meant, all others not
  std::vector<std::string> ignore = {};                      // patterns as in a map: what may be missing or unexpected
  bool strict = true;                                        // false: what fits is loaded, the rest is in the report
  bool convert = false;                                      // floating numbers of any width to the model's dtype, rounded once
  bool mapped = false;                                       // large arrays stay in the file, mapped into memory, until they change:
};                                                           // ArrayFileOptions::map says in which formats, and what to beware of

// What became of each array.
struct LoadReport {
  struct Entry {
    std::string name;
    Shape shape;
    Dtype dtype;
  };
  struct Difference {
    Entry file, model;                                       // names: the file's, or several with commas between; the model's
  };
  std::vector<Entry> loaded, missing;                        // the model's names, a tied weight by each of its names
  std::vector<Entry> unexpected;                             // the file's names, as the map calls them
  std::vector<Difference> different;                         // in shape or dtype: not loaded
  std::vector<std::string> ignored;
  std::vector<std::string> problems;                         // of the map: a line each

  bool complete() const { return missing.empty() && unexpected.empty() && different.empty() && problems.empty(); }
};
std::ostream& operator<<(std::ostream& out, const LoadReport& report);

// Gives the model the weights of a file; the parameters stay the same ones, so optimizers follow. Strict: ValueError unless the report is
// complete, with all of it in the message. Not strict: what does not fit stays as it was. In both, ValueError for a prefix with which no
// name begins, and for a tied weight that has two values. Where anything is thrown, nothing has changed. f16 and bf16 are widened, and
// short whole numbers, without being asked. FileError for the file.
LoadReport load(ModuleRef net, const FileName& file, const LoadOptions& options);
LoadReport load_weights(ModuleRef net, const State& state, const LoadOptions& options = {});   // of arrays from anywhere

struct SaveOptions {
  WeightMap map = {};                                        // from the model's names back to the file's
  std::string prefix = {};                                   // before each of the file's names
  std::vector<std::string> leave_out = {};                   // patterns of the model's names
  std::optional<Dtype> dtype = {};                           // of what is floating
};
// What another library's model of these names takes. ValueError for a map that does not fit, or that would not read the file again.
void save(ConstModuleRef net, const FileName& file, const SaveOptions& options);
State weights(ConstModuleRef net, const SaveOptions& options = {});

}  // namespace gradus::nn
