#include <gradus/data/idx.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include <gradus/data/byte_source.h>

namespace gradus::data {
namespace {

template <class Bits>
Bits big_endian(const std::byte* p) {
  Bits bits = 0;
  for (std::size_t i = 0; i < sizeof(Bits); ++i) bits = static_cast<Bits>(static_cast<std::uint64_t>(bits) << 8 | std::to_integer<std::uint64_t>(p[i]));
  return bits;
}

// Elements stored as From (its bits as Bits) become an array of To.
template <class To, class From, class Bits>
Array convert(const std::vector<std::byte>& bytes, const Shape& shape) {
  Array out(shape, dtype_of<To>);
  const std::byte* from = bytes.data();
  for (To& to : out.mutable_span<To>()) {
    to = static_cast<To>(std::bit_cast<From>(big_endian<Bits>(from)));
    from += sizeof(Bits);
  }
  return out;
}

struct ElementType {
  int code;
  std::int64_t bytes;
  Array (*convert)(const std::vector<std::byte>&, const Shape&);
};
constexpr ElementType element_types[] = {
    {0x08, 1, convert<std::uint8_t, std::uint8_t, std::uint8_t>}, {0x09, 1, convert<std::int64_t, std::int8_t, std::uint8_t>},
    {0x0B, 2, convert<std::int64_t, std::int16_t, std::uint16_t>}, {0x0C, 4, convert<std::int64_t, std::int32_t, std::uint32_t>},
    {0x0D, 4, convert<float, float, std::uint32_t>},               {0x0E, 8, convert<double, double, std::uint64_t>},
};

void read_exactly(ByteSource& source, std::span<std::byte> to, const char* what) {
  const std::size_t n = source.read(to);
  check<FileError>(n == to.size(), "truncated: ", what, " should go on for ", to.size() - n, " bytes");
}

Array read(ByteSource& source) {
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
  const auto total = static_cast<std::size_t>(empty ? 0 : product / 8 * type->bytes);

  std::vector<std::byte> bytes;
  while (bytes.size() < total) {   // doubled as long as bytes arrive
    const std::size_t begin = bytes.size(), end = std::min(total, std::max<std::size_t>(2 * begin, 1 << 16));
    bytes.resize(end);
    const std::size_t n = source.read(std::span(bytes).subspan(begin));
    check<FileError>(n == end - begin, "truncated: ", shape, " takes ", total, " bytes but only ", begin + n, " are there");
  }
  std::byte extra;
  check<FileError>(source.read({&extra, 1}) == 0, "bytes left over after the ", total, " that ", shape, " takes");
  return type->convert(bytes, shape);
}

}  // namespace

Array read_idx(const std::filesystem::path& file) {
  try {
    ByteSource source(file);
    return read(source);
  } catch (const FileError& e) {
    fail<FileError>("read_idx: ", file, ": ", e.what());
  }
}

}  // namespace gradus::data
