// What one does with a whole model. A model is any struct of layers, or a container of them: no base class, nothing to register.
// Copying it gives an independent model (but for what a shared_ptr points to: C++ shares it; weights in several places: tie.h), moving it
// keeps its parameters, and whoever holds them (optimizers, a tape) follows.
//   struct Net { nn::Linear hidden{784, 256}, output{256, 10};  Tensor operator()(const Tensor& x) const { … } } net;
//   optim::Adam adam(nn::parameters(net));        // "hidden.weight", "hidden.bias", "output.weight", "output.bias"
// Saving and loading: state.h. How a class lists its fields: fields.h.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/tape/parameter_list.h>
#include <gradus/nn/model/walk.h>

namespace gradus::nn {

// Any model, by reference: the functions below are written once for all models.
class ModuleRef {
 public:
  template <class M>
    requires(!std::is_const_v<M> && !std::is_same_v<M, ModuleRef>)
  ModuleRef(M& module) : module_(&module), walk_([](void* m, const Path& path, Visitor& v) { nn::walk(*static_cast<M*>(m), path, v); }) {}
  ModuleRef(const ModuleRef&) = default;
  void walk(Visitor& visitor, const Path& path = {}) const { walk_(module_, path, visitor); }

 private:
  void* module_;
  void (*walk_)(void*, const Path&, Visitor&);
};

// The same for functions that only read.
class ConstModuleRef {
 public:
  template <class M>
  ConstModuleRef(const M& module) : module_(const_cast<M&>(module)) {}
  ConstModuleRef(const ModuleRef& module) : module_(module) {}
  ConstModuleRef(const ConstModuleRef&) = default;
  void walk(Visitor& visitor) const { module_.walk(visitor); }

 private:
  ModuleRef module_;
};

// What an optimizer trains: every parameter that is not frozen, in the order of declaration, by full name; one that is shared by several
// places stands there once, by the first. Writes the names into the parameters, frozen ones too, so that error messages say them.
// Names are the whole model's: when it has been listed once, a part of it is listed by the names that it has there,
//   nn::parameters(net);   optim::SGD sgd({{.params = nn::parameters(net.encoder)}, {.params = nn::parameters(net.head)}});
// and a prefix goes before all names, for two models in one optimizer: nn::parameters(critic, "critic"). ValueError if two parameters get
// one name (a map's key "a.b" beside a member a with a member b).
Parameters parameters(ModuleRef net, std::string_view prefix = {});
std::int64_t parameter_count(ConstModuleRef net);            // numbers in parameters, frozen ones too

// Fields of type Array by full name: what is saved and not trained.
struct NamedArray {
  std::string name;
  Array value;
};
std::vector<NamedArray> buffers(ConstModuleRef net);
// Calls f for each, to read or to change it: optim::EMA ema(nn::parameters(net), {}, [&](const auto& f) { nn::each_buffer(net, f); });
void each_buffer(ModuleRef net, const std::function<void(std::string_view name, Array& buffer)>& f);

void train(ModuleRef net, bool on = true);                   // sets every `bool training`: batch norm, dropout, your own
inline void eval(ModuleRef net) { train(net, false); }
void zero_grad(ModuleRef net);
void set_requires_grad(ModuleRef net, bool on);              // false freezes: for a whole model or a part of it, before parameters()

// Gives every stream of random numbers (dropout's) a new beginning that hangs from `source`: for several runs from one saved model, whose
// streams go on where it was saved otherwise.
void reseed(ModuleRef net, Generator& source = default_generator());

// Converts floating parameters and buffers and drops the gradients; DtypeError unless f32 or f64. Make optimizers afterwards.
void to(ModuleRef net, Dtype dtype);

// A table for people: a line for each parameter and buffer with shape, dtype and count, and the totals, where a tied weight counts once.
std::string summary(ConstModuleRef net);

}  // namespace gradus::nn
