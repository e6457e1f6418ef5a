#include <gradus/autograd/array/formats/internal/stored_array.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <memory>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/mapped_file.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus::detail {
namespace {

constexpr std::size_t converted_piece = std::size_t{1} << 16;   // bytes that are converted at a time

void swap_bytes(std::span<std::byte> bytes, std::size_t element) {
  for (std::size_t at = 0; at < bytes.size(); at += element)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin() + static_cast<std::ptrdiff_t>(at + element));
}

}  // namespace

// The product without the zeros is bounded too, for strides are made of it.
Shape shape_of(const std::vector<std::uint64_t>& sizes, std::size_t element, const char* kind, std::string_view name) {
  const auto quoted = [&] { return in_quotes(name); };   // written only for errors: there may be a million arrays
  check<FileError>(sizes.size() <= Shape::max_rank, kind, " ", quoted, ": ", sizes.size(), " dimensions; gradus has at most ",
                   Shape::max_rank);
  constexpr std::uint64_t most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::int64_t product = static_cast<std::int64_t>(element);
  bool fits = true;
  Shape shape;
  for (const std::uint64_t size : sizes) {
    fits = fits && size <= most && !__builtin_mul_overflow(product, std::max<std::int64_t>(static_cast<std::int64_t>(size), 1), &product);
    shape.push_back(static_cast<std::int64_t>(size));
  }
  check<FileError>(fits, kind, " ", quoted, ": the shape's product exceeds 2^63");
  return shape;
}

Array read_elements(const Shape& shape, const StoredDtype& stored, bool swapped, const ReadBytes& read, const char* kind,
                    std::string_view name) {
  Array out(shape, *stored.loads_as);
  auto* to = static_cast<std::byte*>(out.mutable_raw());
  const std::size_t element = static_cast<std::size_t>(stored.bits) / 8;
  const std::size_t bytes = static_cast<std::size_t>(out.size()) * element;
  swapped = swapped && element > 1;
  if (!stored.convert && !swapped) {
    read({to, bytes});
    return out;
  }
  std::vector<std::byte> piece(std::min(converted_piece, bytes));
  for (std::size_t at = 0; at < bytes;) {
    const std::span<std::byte> taken(stored.convert ? piece.data() : to, std::min(converted_piece, bytes - at));
    read(taken);
    if (swapped) swap_bytes(taken, element);
    const auto n = static_cast<std::int64_t>(taken.size() / element);
    check<FileError>(!stored.convert || stored.convert(taken.data(), to, n) == n, kind, " ", [&] { return in_quotes(name); }, ": a ",
                     stored.name, " beyond the range of ", *stored.loads_as);
    to += static_cast<std::size_t>(n) * size_of(*stored.loads_as);
    at += taken.size();
  }
  if (bytes == 0) read({});   // what comes with the last byte
  return out;
}

std::optional<Array> map_array(const InputFile& file, std::uint64_t begin, const Shape& shape, Dtype dtype) {
  const std::uint64_t bytes = static_cast<std::uint64_t>(checked_elements(shape, "map_array")) * size_of(dtype);
  if (bytes < least_mapped || dtype == boolean || begin % size_of(dtype) != 0 || std::endian::native != std::endian::little) return {};
  auto mapped = std::make_unique<MappedBytes>(file, begin, bytes);
  if (!mapped->data()) return {};
  const Array a = Array::from_blob(mapped->data(), shape, row_major_strides(shape), dtype, mapped.get(),
                                   [](void* holder) { delete static_cast<MappedBytes*>(holder); });
  mapped.release();
  return a;
}

Array converted(Array a, const std::optional<Dtype>& floating) { return floating && is_floating(a.dtype()) ? a.to(*floating) : a; }

void check_floating(const std::optional<Dtype>& floating, const char* option) {
  check<DtypeError>(!floating || is_floating(*floating), option, ": ", [&] { return name_of(*floating); },
                    " is no floating-point dtype; f32, f64, f16 and bf16 are");
}

}  // namespace gradus::detail
