#include <gradus/optim/rules/intake.h>

#include <gradus/autograd/base/error.h>

namespace gradus::optim {

std::string intake_text(bool maximize, double weight_decay, bool decoupled, double lr) {
  std::string out;
  if (maximize) out += "g ← −g;  ";
  if (weight_decay != 0) out += decoupled ? text("w ← w − ", lr, "·", weight_decay, "·w;  ") : text("g ← g + ", weight_decay, "·w;  ");
  return out;
}

}  // namespace gradus::optim
