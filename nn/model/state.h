// A model's state: its parameters and buffers by name, and where its streams of random numbers are, so that training resumes bit for bit. Names
// and layouts are PyTorch's, so weights move between the two:
//   nn::save(net, "net.safetensors");                       // Python: net.load_state_dict(safetensors.torch.load_file("net.safetensors"))
//   nn::load(net, "net.safetensors");                       // Python: safetensors.torch.save_file(net.state_dict(), "net.safetensors")
#pragma once
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include <gradus/autograd/base/file_name.h>
#include <gradus/nn/model/module.h>

namespace gradus::nn {

// The arrays by name, and beside them the streams: an older state, one of PyTorch's or an average's has none.
struct State : std::map<std::string, Array> {
  State() = default;
  State(std::map<std::string, Array> arrays) : map(std::move(arrays)) {}
  State(std::initializer_list<value_type> arrays) : map(arrays) {}
  std::map<std::string, Stream::State> streams;
};

// A snapshot; it shares memory with the model until the model changes, so it costs nothing.
State state(ConstModuleRef net);

// Gives the model the state's values; the parameters stay the same ones, so optimizers follow. Strict: the names are exactly the model's,
// and shapes and dtypes agree. Otherwise one Error lists everything that is missing, unexpected or different, and nothing has changed.
// A weight that is tied or shared has all its names in a state that is taken and needs one of them here; two values for it are a misfit.
// Streams go where the state says; one that it does not know stays where it is (nn::reseed gives all of them new beginnings).
void load_state(ModuleRef net, const State& state);

// The same through a safetensors file, whose metadata have the streams ("stream:drop.generator"). FileError for the file, Error (which names the file) for a state that does not fit.
void save(ConstModuleRef net, const FileName& file);
void load(ModuleRef net, const FileName& file);

}  // namespace gradus::nn
