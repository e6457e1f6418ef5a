#include <gradus/autograd/ops/internal/spatial.h>

namespace gradus::detail {

Array Frame::raise(const Array& a) const {
  if (batched) return dims == 1 ? a.unsqueeze(2) : a;
  return dims == 1 ? a.unsqueeze(0).unsqueeze(2) : a.unsqueeze(0);
}

Array Frame::lower(const Array& a) const {
  if (batched) return dims == 1 ? a.squeeze(2) : a;
  return dims == 1 ? a.squeeze(2).squeeze(0) : a.squeeze(0);
}

std::string text_of(const Sizes& sizes, int dims) {
  if (dims == 1) return std::to_string(sizes.of[2]);
  std::string all = "[";
  for (int i = 3 - dims; i < 3; ++i) all += std::to_string(sizes.of[static_cast<std::size_t>(i)]) + (i < 2 ? ", " : "]");
  return all;
}

const char* form_of(int dims) {
  return dims == 1 ? "[N, C, L] or [C, L]" : dims == 2 ? "[N, C, H, W] or [C, H, W]" : "[N, C, D, H, W] or [C, D, H, W]";
}

}  // namespace gradus::detail
