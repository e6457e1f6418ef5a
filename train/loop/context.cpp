#include <gradus/train/loop/context.h>

#include <gradus/autograd/base/error.h>
#include <gradus/optim/driver/optimizer.h>

namespace gradus::train {

double Context::value(std::string_view name) const {
  std::string names;
  for (const NamedValue& v : values) {
    if (v.name == name) return v.value;
    names += (names.empty() ? "" : ", ") + v.name;
  }
  fail<ValueError>("train::Context: there is no value \"", name, "\" now", names.empty() ? "" : "; there are ", names);
}

double Context::lr() const { return optimizer && optimizer->groups() > 0 ? optimizer->lr() : none; }

void Context::stop(std::string why) {
  if (stop_) return;
  stop_ = true;
  why_ = std::move(why);
}

}  // namespace gradus::train
