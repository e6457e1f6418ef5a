#include <gradus/autograd/array/formats/internal/pt_node.h>

#include <algorithm>

namespace gradus::detail {

Array PtStorage::load(const TorchDtype& dtype) const {
  const std::lock_guard lock(loading);
  for (const auto& [type, array] : loaded)
    if (type == &dtype) return array;
  try {
    const Array out = read(dtype);
    if (tensors > 1) loaded.emplace_back(&dtype, out);
    return out;
  } catch (const FileError& e) {
    fail<FileError>("pt: ", source->path(), ": ", where, ": ", e.what());
  }
}

Array PtStorage::read(const TorchDtype& dtype) const {
  const StoredDtype& stored = *dtype.stored;
  const auto element = static_cast<std::size_t>(dtype.bytes);
  const auto count = static_cast<std::int64_t>(bytes / element);
  const bool ours = dtype.in_files == torch_dtype_of(*stored.loads_as).in_files && !swapped && bytes % element == 0;
  if (map && ours)
    if (const std::optional<Array> mapped = source->mapped(index, count, *stored.loads_as)) return *mapped;
  Array out({count}, *stored.loads_as);
  auto* const to = static_cast<std::byte*>(out.mutable_raw());
  const bool in_place = !stored.convert && bytes % element == 0;   // read to where it stays
  std::vector<std::byte> written(in_place ? 0 : static_cast<std::size_t>(bytes));
  const std::span<std::byte> taken{in_place ? to : written.data(), static_cast<std::size_t>(bytes)};
  source->read(index, taken);
  if (swapped)
    for (std::size_t i = 0; i + element <= taken.size(); i += element) std::reverse(taken.data() + i, taken.data() + i + element);
  if (stored.convert)
    check<FileError>(stored.convert(taken.data(), to, count) == count, "a ", dtype.name, " beyond the range of ", *stored.loads_as);
  else if (!in_place) std::copy_n(taken.data(), static_cast<std::size_t>(count) * element, to);
  return out;
}

// A view of any strides, made of what arrays have: all but the first dimension are windows, whose elements are `stride` apart.
Array PtTensor::load() const {
  if (array.defined()) return array;
  if (std::any_of(shape.begin(), shape.end(), [](std::int64_t size) { return size == 0; })) return Array(shape, *dtype->stored->loads_as);
  const Array all = storage->load(*dtype);
  Array out = all.slice(0, offset, all.size());
  const auto spreads = [&](int i) { return shape[i] > 1 && strides[i] > 0; };
  if (shape.rank() == 0) return out.slice(0, 0, 1).squeeze(0);
  if (strides == row_major_strides(shape)) return out.slice(0, 0, shape.elements()).reshape(shape);
  for (int i = 1; i < shape.rank(); ++i) out = spreads(i) ? out.windows(0, shape[i], 1, strides[i]) : out.unsqueeze(out.rank());
  out = spreads(0) ? out.slice(0, 0, (shape[0] - 1) * strides[0] + 1, strides[0]) : out.slice(0, 0, 1);
  return out.expand(shape);
}

}  // namespace gradus::detail
