#include <gradus/nn/walk.h>

namespace gradus::nn {

std::string Path::text() const {
  SmallVector<char, 128> out;
  append_to(out);
  return {out.begin(), out.end()};
}

void Path::append_to(SmallVector<char, 128>& text) const {
  if (parent) parent->append_to(text);
  if (!text.empty() && !name.empty()) text.push_back('.');
  for (const char c : name) text.push_back(c);
}

}  // namespace gradus::nn
