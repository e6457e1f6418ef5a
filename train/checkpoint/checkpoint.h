// Checkpoints: the states of a model and of all that trains it, in one safetensors file. Training that is interrupted, and goes on with
// new objects that were given the checkpoint, is bit for bit the training that was not.
//   train::save_checkpoint("run.safetensors", {{"model", net}, {"optimizer", adam}, {"schedule", schedule}, {"average", ema},
//                                                  {"loader", loader}, {"generator", default_generator()}});
//   train::load_checkpoint("run.safetensors", {{"model", net}, {"optimizer", adam}, …});                  // the same parts, in any order
// A part is a model, or anything with state() and load_state() (autograd/state/state.h), a struct of one's own too. The file's arrays are
// "model.fc.weight", "optimizer.fc.weight.exp_avg"; the values are its metadata, and a checksum over all of the file is among them.
// Several of them in a folder: checkpoints.h.
#pragma once
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/state/state.h>
#include <gradus/nn/model/state.h>

namespace gradus::train {

class Part : public StatePart {
 public:
  template <class T>
    requires(!std::is_const_v<T>)
  Part(std::string name, T& thing) : StatePart(of(std::move(name), thing)) {}
  Part(StatePart part) : StatePart(std::move(part)) {}

 private:
  template <class T>
  static StatePart of(std::string name, T& thing) {
    if constexpr (Stateful<T>) return StatePart(std::move(name), thing);
    else return of_model(std::move(name), nn::ModuleRef(thing));
  }
  static StatePart of_model(std::string name, const nn::ModuleRef& net);
};

// A crash at any moment leaves the file that was there or the new one, on the disk. ValueError: names that are empty, have dots or are
// given twice. FileError: it cannot be written, and what was there is as before.
void save_checkpoint(const FileName& file, std::initializer_list<Part> parts);
void save_checkpoint(const FileName& file, std::span<const Part> parts);

// What loading found.
struct CheckpointReport {
  int format = 0;                          // 0: of the time before there were checksums
  std::vector<std::string> differences;    // of what the same bits hang from: "threads: 4 in the checkpoint, 2 here"; also of the versions
};

struct LoadCheckpointOptions {
  bool verify = true;                      // false: takes a file that was changed on purpose, whose checksum is no longer that of its bytes
};

// ValueError lists everything that does not fit, of all parts, and all parts are as before. FileError: it cannot be read, is not whole, or
// a bit of it is not what was written. Checkpoints without a checksum (of earlier versions) are taken as they are.
CheckpointReport load_checkpoint(const FileName& file, std::initializer_list<Part> parts, const LoadCheckpointOptions& options = {});
CheckpointReport load_checkpoint(const FileName& file, std::span<const Part> parts, const LoadCheckpointOptions& options = {});

// One part of a checkpoint, whatever else it has: a model to predict with. Errors as above; ValueError if it has no such part.
CheckpointReport load_part(const FileName& file, const Part& part, const LoadCheckpointOptions& options = {});

}  // namespace gradus::train
