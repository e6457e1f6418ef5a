#include <gradus/data/loader/pad.h>

#include <algorithm>
#include <cstring>

namespace gradus::data {

Padded Pad::pad(std::span<const Array> sequences) const {
  check<ValueError>(multiple_of >= 1, "Pad: multiple_of must be at least 1, not ", multiple_of);
  check<ValueError>(max_length >= 0, "Pad: max_length must be at least 0, not ", max_length);
  const auto n = static_cast<std::int64_t>(sequences.size());
  check<ValueError>(n > 0, "Pad: no sequences");
  const Array& first = sequences[0];
  const bool scalars = first.rank() == 0;
  Array lengths({n}, i64);
  auto* length = lengths.mutable_data<std::int64_t>();
  std::int64_t longest = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    const Array& a = sequences[static_cast<std::size_t>(k)];
    bool fits = a.rank() == first.rank();
    for (int i = 1; fits && i < a.rank(); ++i) fits = a.dim(i) == first.dim(i);
    check<ShapeError>(fits, "Pad: sequences differ in more than their length: ", first.shape(), " and, number ", k,
                      " of the batch, ", a.shape());
    check<DtypeError>(a.dtype() == first.dtype(), "Pad: sequences of different dtypes: ", first.dtype(), " and, number ", k,
                      " of the batch, ", a.dtype());
    length[k] = scalars ? 1 : a.dim(0);
    if (max_length > 0) length[k] = std::min(length[k], max_length);
    longest = std::max(longest, length[k]);
  }
  std::int64_t rows = longest;
  if (!scalars && longest % multiple_of != 0)
    check<ValueError>(!__builtin_add_overflow(longest, multiple_of - longest % multiple_of, &rows), "Pad: multiple_of ", multiple_of,
                      " is too large");
  Shape shape{n};
  if (!scalars) shape.insert(1, rows);
  for (int i = 1; i < first.rank(); ++i) shape.insert(i + 1, first.dim(i));
  const double kept = Array::full({}, value, f64).to(first.dtype()).to(f64).at({});
  check<ValueError>(is_floating(first.dtype()) || kept == value, "Pad: ", first.dtype(), " cannot hold the value ", value);
  Array values = Array::full(shape, value, first.dtype());
  std::size_t row_bytes = size_of(first.dtype());
  for (int i = 1; i < first.rank(); ++i) row_bytes *= static_cast<std::size_t>(first.dim(i));
  auto* to = static_cast<std::byte*>(values.mutable_raw());
  for (std::int64_t k = 0; k < n; ++k) {
    const Array a = sequences[static_cast<std::size_t>(k)].as_contiguous();
    const std::int64_t begin = k * (scalars ? 1 : rows) + (side == Side::left && !scalars ? rows - length[k] : 0);
    const std::size_t bytes = static_cast<std::size_t>(length[k]) * row_bytes;
    if (bytes > 0) std::memcpy(to + static_cast<std::size_t>(begin) * row_bytes, a.raw(), bytes);
  }
  Padded out{Tensor(std::move(values)), Tensor(std::move(lengths))};
  out.left = side == Side::left;
  return out;
}

Tensor Padded::mask() const {
  const Array& of = lengths.value();
  const std::int64_t n = of.dim(0), rows = values.value().rank() > 1 ? values.value().dim(1) : 1;
  Array out(values.value().rank() > 1 ? Shape{n, rows} : Shape{n}, boolean);
  bool* to = out.mutable_data<bool>();
  for (std::int64_t k = 0; k < n; ++k)
    for (std::int64_t i = 0; i < rows; ++i) *to++ = left ? i >= rows - of.data<std::int64_t>()[k] : i < of.data<std::int64_t>()[k];
  return out;
}

}  // namespace gradus::data
