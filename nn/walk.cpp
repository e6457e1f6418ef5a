#include <gradus/nn/walk.h>

namespace gradus::nn {

std::string Path::text() const {
  std::string before = parent ? parent->text() : std::string();
  if (!before.empty() && !name.empty()) before += '.';
  before += name;
  return before;
}

}  // namespace gradus::nn
