// Parts of a model by their paths: to look at, and to put others in their place.
//   nn::replace(net, "head", nn::Linear{512, 10});                       // a new head for a pretrained body; make the optimizer afterwards
//   nn::get_submodule<nn::Linear>(net, "blocks.3.attention.q").weight
//   for (const auto& [path, layer] : nn::named_modules(net)) …           // "blocks.3.attention.q", "Linear"
#pragma once
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/nn/model/any_module.h>
#include <gradus/nn/model/module.h>

namespace gradus::nn {

struct NamedModule {
  std::string path, layer;                                   // "" is the model itself; the class without namespace and arguments
};
std::vector<NamedModule> named_modules(ConstModuleRef net);  // outside before inside; an AnyModule is what it holds

namespace detail {

// Where the part of a class is, or a place in an AnyModule where `any` gives one such (then `in_any`). ValueError for the operation:
// no such path, another class.
struct PartAt {
  void* object;
  bool in_any;
};
PartAt find_part(std::string_view operation, const ConstModuleRef& net, std::string_view path, const std::type_info& wanted, bool any);
void check_ties(std::string_view path, ModuleRef old, ModuleRef fresh);

}  // namespace detail

// The part at a path, const if the model is. ValueError if there is none, or one of another class.
template <class M, class Net>
auto& get_submodule(Net& net, std::string_view path) {
  auto* part = static_cast<M*>(detail::find_part("get_submodule", net, path, typeid(M), false).object);
  if constexpr (std::is_const_v<Net>) return std::as_const(*part);
  else return *part;
}

// Another one takes the place of the part at a path: of the same class and any sizes; in an AnyModule, so in Sequential<>, any layer.
// Values move into parameters that an optimizer holds already where shapes agree (Parameter); others are new, and so is the optimizer to
// be. ValueError if there is no such part, if the class is another, or if a weight there is tied and the new one has another shape.
template <class M>
  requires(std::is_move_assignable_v<M>)
void replace(ModuleRef net, std::string_view path, M module) {
  const detail::PartAt part = detail::find_part("replace", net, path, typeid(M), Layer<M>);
  if constexpr (Layer<M> && !std::is_same_v<M, AnyModule>) {
    if (part.in_any) {
      auto& place = *static_cast<AnyModule*>(part.object);
      detail::check_ties(path, place, module);
      place = AnyModule(std::move(module));
      return;
    }
  }
  detail::check_ties(path, *static_cast<M*>(part.object), module);
  *static_cast<M*>(part.object) = std::move(module);
}

}  // namespace gradus::nn
