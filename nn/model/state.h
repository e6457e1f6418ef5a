// A model's state: its parameters and buffers by name, and where its streams of random numbers are, so that training resumes bit for bit.
// Names and layouts are PyTorch's, so weights move between the two:
//   nn::save(net, "net.safetensors");                       // Python: net.load_state_dict(safetensors.torch.load_file("net.safetensors"))
//   nn::load(net, "net.safetensors");                       // Python: safetensors.torch.save_file(net.state_dict(), "net.safetensors")
#pragma once
#include <gradus/autograd/state/state.h>
#include <gradus/autograd/base/file_name.h>
#include <gradus/nn/model/module.h>

namespace gradus::nn {

using gradus::State;        // nn::State, too

// A snapshot; it shares memory with the model until the model changes, so it costs nothing. Values: where each stream is, four numbers
// (seed, stream, position, copies) by its name; an older state, one of PyTorch's or an average's has none.
State state(ConstModuleRef net);

// Gives the model the state's values; the parameters stay the same ones, so optimizers follow. Strict: the names are exactly the model's,
// and shapes and dtypes agree. Otherwise one ValueError lists everything that is missing, unexpected or different, and nothing has changed.
// A weight that is tied or shared has all its names in a state that is taken and needs one of them here; two values for it are a misfit.
// Streams go where the state says; one that it does not know stays where it is (nn::reseed gives all of them new beginnings).
void load_state(ModuleRef net, const State& state);

// The same through a file. The name chooses the format: .npz, .pt, .safetensors.index.json (shards); with any other ending it is
// safetensors, whose metadata alone have the streams. Whatever ArrayFile knows by its contents is read. FileError for the file, ValueError
// (which names the file) for a state that does not fit. With other names, layouts, dtypes: nn/weights/load.h.
void save(ConstModuleRef net, const FileName& file);
void load(ModuleRef net, const FileName& file);

}  // namespace gradus::nn

// A stream by itself: the value "stream".
template <> struct gradus::StateAccess<gradus::nn::Stream> {
  static State state(const nn::Stream& stream);
  static void load(nn::Stream& stream, const State& state);
};
