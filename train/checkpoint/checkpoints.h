// A folder of checkpoints, named by step: the newest few are kept, and the best by a number that should be small (or large). Opt-in, or
// with train/loop/fit.h.
//   train::Checkpoints checkpoints("runs/one", {.keep = 3, .keep_best = 1});
//   if (const auto resumed = checkpoints.resume(parts)) step = resumed->step;         // the newest that is whole, or none yet
//   checkpoints.save(step, parts, validation_loss);                                   // runs/one/step-000001200.safetensors
//   train::load_checkpoint(checkpoints.best()->file, {{"model", net}, …});
// train::fit does all of it (FitOptions::checkpoints). One process at a time writes to a folder.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/train/checkpoint/checkpoint.h>

namespace gradus::train {

struct CheckpointsOptions {
  std::int64_t keep = 3;             // the newest; 0: all
  std::int64_t keep_best = 1;        // of those that were saved with a number; they may be among the newest
  bool higher_is_better = false;

  void describe(Describe& is) const { is(range::at_least_zero, keep, keep_best); }
};

// What a file says of itself.
struct SavedCheckpoint {
  std::string file;
  std::int64_t step = 0;
  std::int64_t number = 0;           // how many this folder had seen when it was written: the newest has the largest
  std::optional<double> metric = {};
};

struct Resumed : SavedCheckpoint {
  std::vector<std::string> broken;       // newer ones that are not whole, each with what is wrong with it
  std::vector<std::string> differences;  // CheckpointReport's
};

class Checkpoints {
 public:
  // The folder is made, with those that it lies in; what a killed writer left half done in it is removed. ValueError: an option out of its
  // range; FileError: it is no folder and cannot become one.
  explicit Checkpoints(const FileName& folder, const CheckpointsOptions& options = {});

  // Writes one, to the disk, and then removes those that are not to be kept any more; one of the same step is replaced. A metric of NaN is
  // worse than any other. Returns its name. FileError: it cannot be written, and all that were there are there.
  std::string save(std::int64_t step, std::span<const Part> parts, std::optional<double> metric = {});
  std::string save(std::int64_t step, std::initializer_list<Part> parts, std::optional<double> metric = {}) {
    return save(step, std::span<const Part>(parts.begin(), parts.size()), metric);
  }

  // Loads the newest one that is whole; none if there is no file at all. FileError: there are some, none of which is whole, or they cannot
  // be read. ValueError: the parts are not those that were saved (load_checkpoint); then nothing has changed, and no older one is tried.
  std::optional<Resumed> resume(std::span<const Part> parts);
  std::optional<Resumed> resume(std::initializer_list<Part> parts) { return resume(std::span<const Part>(parts.begin(), parts.size())); }

  // What the folder holds now, the oldest first; files whose beginning cannot be read are left out, and are never removed.
  std::vector<SavedCheckpoint> list() const;
  std::optional<SavedCheckpoint> latest() const;
  std::optional<SavedCheckpoint> best() const;

  const std::string& folder() const { return folder_; }
  const CheckpointsOptions& options() const { return options_; }

 private:
  struct Listing;
  Listing read_folder() const;
  bool better(const SavedCheckpoint& a, const SavedCheckpoint& b) const;

  std::string folder_;
  CheckpointsOptions options_;
};

}  // namespace gradus::train
