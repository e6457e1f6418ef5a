// What a schedule counts: its step() is called after every step of the optimizer, or after every epoch.
#pragma once
#include <string_view>

#include <gradus/autograd/base/describe/reflect.h>

namespace gradus::optim {

enum class Unit { step, epoch };
constexpr std::string_view unit_text(Unit unit) { return reflect::enum_name(unit); }

}  // namespace gradus::optim
