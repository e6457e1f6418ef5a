#include <gradus/autograd/array/internal/channels_last.h>

#include <algorithm>

namespace gradus::kernels {

Shape pixels_first(int rank) {
  Shape order = Shape::filled(rank, 1);   // the channels come last
  order[0] = 0;
  for (int i = 2; i < rank; ++i) order[i - 1] = i;
  return order;
}

Shape channels_first(int rank) {
  Shape order = Shape::filled(rank, rank - 1);
  order[0] = 0;
  for (int i = 2; i < rank; ++i) order[i] = i - 1;
  return order;
}

bool is_channels_last(const Array& a) {
  const int rank = a.rank();
  if (rank < 3 || rank > 5) return false;
  std::int64_t step = 1;
  const auto lies = [&](int axis) {
    const std::int64_t size = a.shape()[axis];
    if (size != 1 && a.strides()[axis] != step) return false;
    step *= std::max<std::int64_t>(size, 1);
    return true;
  };
  if (!lies(1)) return false;
  for (int axis = rank - 1; axis > 1; --axis)
    if (!lies(axis)) return false;
  return lies(0);
}

bool only_channels_last(const Array& a) { return !a.contiguous() && is_channels_last(a); }

Array empty_channels_last(const Shape& s, Dtype dtype) {
  Shape lying = s;
  for (int i = 2; i < s.rank(); ++i) lying[i - 1] = s[i];
  lying[s.rank() - 1] = s[1];
  return Array(lying, dtype).permute(channels_first(s.rank()));
}

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

Array pixel_rows(const Array& a) {
  std::int64_t rows = a.dim(0);
  for (int i = 2; i < a.rank(); ++i) rows *= a.dim(i);
  return a.permute(pixels_first(a.rank())).reshape({rows, a.dim(1)});
}

}  // namespace gradus::kernels
