#include <gradus/data/read/idx.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <gradus/data/read/internal/byte_source.h>

namespace gradus::data {
namespace {

template <class Bits>
Bits big_endian(const std::byte* p) {
  Bits bits = 0;
  for (std::size_t i = 0; i < sizeof(Bits); ++i)
    bits = static_cast<Bits>(static_cast<std::uint64_t>(bits) << 8 | std::to_integer<std::uint64_t>(p[i]));
  return bits;
}

// Elements stored as From (its bits as Bits) become those of an array of To, from number `first` on.
template <class To, class From, class Bits>
void convert(std::span<const std::byte> bytes, Array& out, std::int64_t first) {
  To* to = out.mutable_data<To>() + first;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Bits)) {
    const Bits bits = big_endian<Bits>(bytes.data() + at);
    From value;
    std::memcpy(&value, &bits, sizeof value);
    *to++ = static_cast<To>(value);
  }
}

struct ElementType {
  int code;
  std::int64_t bytes;
  Dtype dtype;
  void (*convert)(std::span<const std::byte>, Array&, std::int64_t first);
};
constexpr ElementType element_types[] = {
    {0x08, 1, u8, convert<std::uint8_t, std::uint8_t, std::uint8_t>},   {0x09, 1, i64, convert<std::int64_t, std::int8_t, std::uint8_t>},
    {0x0B, 2, i64, convert<std::int64_t, std::int16_t, std::uint16_t>}, {0x0C, 4, i64, convert<std::int64_t, std::int32_t, std::uint32_t>},
    {0x0D, 4, f32, convert<float, float, std::uint32_t>},               {0x0E, 8, f64, convert<double, double, std::uint64_t>},
};

void read_exactly(ByteSource& source, std::span<std::byte> to, const char* what) {
  const std::size_t n = source.read(to);
  check<FileError>(n == to.size(), "truncated: ", what, " should go on for ", to.size() - n, " bytes");
}

// A gzipped file promises more than it weighs; what it may become is limited. A plain one has to have the bytes.
void check_limit(const ByteSource& source, const Shape& shape, Dtype dtype, std::uint64_t bytes, const IdxOptions& options) {
  if (!source.gzipped()) return;
  const std::uint64_t most = options.max_bytes.value_or(std::max(std::uint64_t{1} << 30, 100 * source.file_bytes()));
  check<FileError>(bytes <= most, "the gzipped file of ", source.file_bytes(), " bytes would become ", shape, " ", dtype, ", ", bytes,
                   " bytes, more than the ", most, " allowed; if it is to be trusted: read_idx(file, {.max_bytes = ", bytes, "u})");
}

Array read(ByteSource& source, const IdxOptions& options) {
  std::array<std::byte, 4> magic;
  read_exactly(source, magic, "the magic number");
  check<FileError>(magic[0] == std::byte{0} && magic[1] == std::byte{0}, "wrong magic number; is this an IDX file?");
  const int code = std::to_integer<int>(magic[2]), rank = std::to_integer<int>(magic[3]);
  const auto* type = std::ranges::find(element_types, code, &ElementType::code);
  check<FileError>(type != std::end(element_types), "unknown element type ", code, " (8, 9, 11, 12, 13 and 14 are known)");
  check<FileError>(rank <= Shape::max_rank, rank, " dimensions; gradus has at most ", Shape::max_rank);

  Shape shape;
  std::int64_t product = 8;   // of sizes, zeros left out for strides are made of it; 8: elements become at most that wide
  bool empty = false;
  for (int i = 0; i < rank; ++i) {
    std::array<std::byte, 4> bytes;
    read_exactly(source, bytes, "the list of sizes");
    const std::int64_t size = big_endian<std::uint32_t>(bytes.data());
    check<FileError>(!__builtin_mul_overflow(product, std::max<std::int64_t>(size, 1), &product), "the product of the sizes exceeds 2^60");
    empty = empty || size == 0;
    shape.push_back(size);
  }
  const std::int64_t elements = empty ? 0 : product / 8;
  const auto total = static_cast<std::uint64_t>(elements * type->bytes);
  const auto truncated = [&](std::uint64_t there) {
    fail<FileError>("truncated: ", shape, " takes ", total, " bytes but only ", there, " are there");
  };
  const std::uint64_t most = source.most_bytes() - 4 - 4 * static_cast<std::uint64_t>(rank);   // behind the header, which has been read
  if (total > most && !source.gzipped()) truncated(most);
  check<FileError>(total <= most, "truncated: ", shape, " takes ", total, " bytes, which a gzipped file of ", source.file_bytes(),
                   " cannot become");
  check_limit(source, shape, type->dtype, static_cast<std::uint64_t>(elements) * size_of(type->dtype), options);

  Array out(shape, type->dtype);
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(total, 1 << 16)));
  for (std::uint64_t at = 0; at < total;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), total - at)),
               n = source.read(std::span(piece).first(wanted));
    if (n < wanted) truncated(at + n);
    type->convert(std::span(piece).first(n), out, static_cast<std::int64_t>(at) / type->bytes);
    at += n;
  }
  std::byte extra;
  check<FileError>(source.read({&extra, 1}) == 0, "bytes left over after the ", total, " that ", shape, " takes");
  return out;
}

}  // namespace

Array read_idx(const FileName& file, const IdxOptions& options) {
  try {
    ByteSource source(file);
    return read(source, options);
  } catch (const FileError& e) {
    fail<FileError>("read_idx: ", file, ": ", e.what());
  }
}

}  // namespace gradus::data
