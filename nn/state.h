// A model's state: its parameters and buffers by name. Names and layouts are PyTorch's, so weights move between the two:
//   nn::save(net, "net.safetensors");                       // Python: net.load_state_dict(safetensors.torch.load_file("net.safetensors"))
//   nn::load(net, "net.safetensors");                       // Python: safetensors.torch.save_file(net.state_dict(), "net.safetensors")
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include <gradus/nn/module.h>

namespace gradus::nn {

using State = std::map<std::string, Array>;

// A snapshot; it shares memory with the model until the model changes, so it costs nothing.
State state(ConstModuleRef net);

// Gives the model the state's values; the parameters stay the same ones, so optimizers follow. Strict: the names are exactly the model's,
// and shapes and dtypes agree. Otherwise one Error lists everything that is missing, unexpected or different, and nothing has changed.
void load_state(ModuleRef net, const State& state);

// The same through a safetensors file. FileError for the file, Error (which names the file) for a state that does not fit.
void save(ConstModuleRef net, const std::filesystem::path& file);
void load(ModuleRef net, const std::filesystem::path& file);

}  // namespace gradus::nn
