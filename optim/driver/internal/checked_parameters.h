// The list of parameters that an average follows, with a name for each.
#pragma once
#include <string>
#include <string_view>

#include <gradus/autograd/tape/parameter_list.h>

namespace gradus::optim {

// `given` with names where they were empty: the parameter's own, else its place, "parameter.3". ValueError, in the name of `who`: no
// parameters, an undefined one, one twice or two of one name, also when it is among `known`; DtypeError: neither f32 nor f64.
Parameters checked_parameters(std::string_view who, const Parameters& given, const Parameters& known = {});

// ValueError if no model has the parameter any more: it was replaced after the optimizer or average was made, which would wait in vain.
[[noreturn]] void refuse_abandoned(std::string_view who, std::string_view name);
inline void check_not_abandoned(std::string_view who, std::string_view name, const Leaf& leaf) {
  if (leaf.abandoned()) [[unlikely]] refuse_abandoned(who, name);
}

// What to do when nothing has a gradient.
std::string_view no_gradients();

// What a list with two parameters of one name is told, and the remedy.
std::string named_alike(std::string_view name);

}  // namespace gradus::optim
