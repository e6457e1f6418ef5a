#include <gradus/autograd/array/internal/channels_last.h>

#include <algorithm>

namespace gradus::kernels {

bool is_channels_last(const Array& a) {
  if (a.rank() != 4) return false;
  std::int64_t step = 1;
  for (int axis : {1, 3, 2, 0}) {
    if (a.shape()[axis] != 1 && a.strides()[axis] != step) return false;
    step *= std::max<std::int64_t>(a.shape()[axis], 1);
  }
  return true;
}

bool only_channels_last(const Array& a) { return !a.contiguous() && is_channels_last(a); }

Array empty_channels_last(const Shape& s, Dtype dtype) { return Array({s[0], s[2], s[3], s[1]}, dtype).permute({0, 3, 1, 2}); }

Array channels_last(const Array& a) {
  if (is_channels_last(a)) return a;
  Array copy = empty_channels_last(a.shape(), a.dtype());
  copy_elements(a, copy);
  return copy;
}

Array either_layout(const Array& a) { return a.contiguous() || is_channels_last(a) ? a : a.contiguous_copy(); }

bool lies_as(const Array& a, const Array& model) { return only_channels_last(model) ? is_channels_last(a) : a.contiguous(); }

Array laid_out_as(const Array& a, const Array& model) { return only_channels_last(model) ? channels_last(a) : a.as_contiguous(); }

Array empty_as(const Array& model) {
  return only_channels_last(model) ? empty_channels_last(model.shape(), model.dtype()) : Array::empty_like(model);
}

Array pixel_rows(const Array& a) { return a.permute({0, 2, 3, 1}).reshape({a.dim(0) * a.dim(2) * a.dim(3), a.dim(1)}); }

}  // namespace gradus::kernels
