// A checkpoint: the states of a model and of all that trains it, in one safetensors file. Training that is interrupted, and goes on with
// new objects that were given the checkpoint, is bit for bit the training that was not.
//   train::save_checkpoint("run.safetensors", {{"model", net}, {"optimizer", adam}, {"schedule", schedule}, {"average", ema},
//                                                  {"loader", loader}, {"generator", default_generator()}});
//   train::load_checkpoint("run.safetensors", {{"model", net}, {"optimizer", adam}, …});                  // the same parts, in any order
// A part is a model, or anything with state() and load_state() (autograd/state/state.h), a struct of one's own too. The file's arrays are
// "model.fc.weight", "optimizer.fc.weight.exp_avg"; the values are its metadata.
#pragma once
#include <initializer_list>
#include <span>
#include <string>
#include <utility>

#include <gradus/autograd/state/state.h>
#include <gradus/nn/model/state.h>

namespace gradus::train {

class Part : public StatePart {
 public:
  template <class T>
    requires(!std::is_const_v<T>)
  Part(std::string name, T& thing) : StatePart(of(std::move(name), thing)) {}

 private:
  template <class T>
  static StatePart of(std::string name, T& thing) {
    if constexpr (Stateful<T>) return StatePart(std::move(name), thing);
    else return of_model(std::move(name), nn::ModuleRef(thing));
  }
  static StatePart of_model(std::string name, const nn::ModuleRef& net);
};

// ValueError: names that are empty, have dots or are given twice. FileError: it cannot be written.
void save_checkpoint(const FileName& file, std::initializer_list<Part> parts);
void save_checkpoint(const FileName& file, std::span<const Part> parts);

// ValueError lists everything that does not fit, of all parts, and all parts are as before. FileError: it cannot be read.
void load_checkpoint(const FileName& file, std::initializer_list<Part> parts);
void load_checkpoint(const FileName& file, std::span<const Part> parts);

}  // namespace gradus::train
