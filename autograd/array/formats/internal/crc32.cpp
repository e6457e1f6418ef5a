// By carry-less multiplication where the processor has it ("folding"): Gopal et al., Fast CRC computation for generic polynomials using
// PCLMULQDQ, Intel 2009. Else sixteen bytes at a time, by tables ("slicing"): Kounavis and Berry, Novel table lookup-based algorithms for
// high-performance CRC generation, IEEE Transactions on Computers 57 (2008).
#include <gradus/autograd/array/formats/internal/crc32.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <gradus/autograd/base/parallel.h>

namespace gradus::detail {
namespace {

constexpr std::size_t crc_slices = 16;
constexpr std::size_t crc_part = std::size_t{1} << 21;          // bytes that are worth another thread
constexpr std::uint32_t crc_polynomial = 0xedb88320u;
using CrcTables = std::array<std::array<std::uint32_t, 256>, crc_slices>;

// Table k: what a byte does to the sum when k zero bytes follow it.
constexpr CrcTables crc_tables = [] {
  CrcTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = sum & 1 ? sum >> 1 ^ crc_polynomial : sum >> 1;
    tables[0][byte] = sum;
  }
  for (std::size_t k = 1; k < crc_slices; ++k)
    for (std::size_t byte = 0; byte < 256; ++byte) tables[k][byte] = tables[k - 1][byte] >> 8 ^ tables[0][tables[k - 1][byte] & 255];
  return tables;
}();

// Of polynomials over {0, 1}, modulo the CRC's; the highest bit is the coefficient of 1.
std::uint32_t crc_product(std::uint32_t a, std::uint32_t b) {
  std::uint32_t sum = 0;
  for (std::uint32_t bit = std::uint32_t{1} << 31; bit != 0; bit >>= 1) {
    if (a & bit) sum ^= b;
    b = b & 1 ? b >> 1 ^ crc_polynomial : b >> 1;
  }
  return sum;
}

// x^n modulo the CRC's polynomial, as crc_product has it.
constexpr std::uint32_t crc_power(unsigned n) {
  std::uint32_t power = std::uint32_t{1} << 31;
  for (; n > 0; --n) power = power & 1 ? power >> 1 ^ crc_polynomial : power >> 1;
  return power;
}

#if defined(__x86_64__) && defined(__GNUC__)
#define GRADUS_CRC_BY_FOLDING 1
constexpr std::size_t crc_fold = 64;   // bytes of four registers
using CrcRegister = long long __attribute__((vector_size(16)));

// 128 bits d bits ahead: their first half by x^(d+32), their second by x^(d-32), both bits reversed in 33.
constexpr CrcRegister fold_ahead(unsigned bits) {
  const auto by = [](unsigned n) { return static_cast<long long>(std::uint64_t{crc_power(n)} << 1); };
  return CrcRegister{by(bits + 32), by(bits - 32)};
}
CrcRegister crc_register_at(const unsigned char* at) {
  CrcRegister x;
  std::memcpy(&x, at, sizeof x);
  return x;
}
__attribute__((target("pclmul"))) CrcRegister folded(CrcRegister x, CrcRegister by, CrcRegister next) {
  return __builtin_ia32_pclmulqdq128(x, by, 0x00) ^ __builtin_ia32_pclmulqdq128(x, by, 0x11) ^ next;
}

// What 16 bytes say of a multiple of 64 of them, at least 64, that begin with the inverted sum: the same remainder.
__attribute__((target("pclmul"))) std::array<unsigned char, 16> fold_crc(std::uint32_t sum, const unsigned char* at, std::size_t bytes) {
  const CrcRegister by_64 = fold_ahead(512), by_16 = fold_ahead(128);
  CrcRegister x[4];
  for (std::size_t k = 0; k < 4; ++k) x[k] = crc_register_at(at + 16 * k);
  x[0] ^= CrcRegister{static_cast<long long>(sum), 0};
  for (std::size_t i = crc_fold; i < bytes; i += crc_fold)
    for (std::size_t k = 0; k < 4; ++k) x[k] = folded(x[k], by_64, crc_register_at(at + i + 16 * k));
  const CrcRegister all = folded(folded(folded(x[0], by_16, x[1]), by_16, x[2]), by_16, x[3]);
  std::array<unsigned char, 16> out;
  std::memcpy(out.data(), &all, sizeof all);
  return out;
}

bool can_fold() {
  static const bool can = __builtin_cpu_supports("pclmul");
  return can;
}
#endif

std::uint32_t crc32_of_part(std::uint32_t sum, std::span<const std::byte> bytes) {
  sum = ~sum;
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t left = bytes.size();
#if GRADUS_CRC_BY_FOLDING
  std::array<unsigned char, 16> rest;
  if (left >= 2 * crc_fold && can_fold()) {
    const std::size_t whole = left / crc_fold * crc_fold;
    rest = fold_crc(sum, at, whole);
    sum = 0;
    for (const unsigned char byte : rest) sum = sum >> 8 ^ crc_tables[0][(sum ^ byte) & 255];
    at += whole, left -= whole;
  }
#endif
  for (; left >= crc_slices; left -= crc_slices, at += crc_slices) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < 4; ++i) next ^= crc_tables[15 - i][at[i] ^ (sum >> (8 * i) & 255)];
    for (std::size_t i = 4; i < crc_slices; ++i) next ^= crc_tables[15 - i][at[i]];
    sum = next;
  }
  for (; left > 0; --left, ++at) sum = sum >> 8 ^ crc_tables[0][(sum ^ *at) & 255];
  return ~sum;
}

}  // namespace

// n bytes behind it multiply a sum by x^8n.
std::uint32_t joined_crc32(std::uint32_t first, std::uint32_t second, std::uint64_t bytes_of_second) {
  std::uint32_t power = std::uint32_t{1} << 31, square = std::uint32_t{1} << 23;
  for (std::uint64_t n = bytes_of_second; n != 0; n >>= 1) {
    if (n & 1) power = crc_product(power, square);
    square = crc_product(square, square);
  }
  return crc_product(first, power) ^ second;
}

std::uint32_t crc32(std::uint32_t sum, std::span<const std::byte> bytes) {
  if (bytes.size() < 2 * crc_part) return crc32_of_part(sum, bytes);
  const std::size_t parts = (bytes.size() + crc_part - 1) / crc_part;
  const auto part = [&](std::size_t i) { return bytes.subspan(i * crc_part, std::min(crc_part, bytes.size() - i * crc_part)); };
  std::vector<std::uint32_t> sums(parts);
  parallel_for(static_cast<std::int64_t>(parts), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) sums[i] = crc32_of_part(0, part(i));
  });
  for (std::size_t i = 0; i < parts; ++i) sum = joined_crc32(sum, sums[i], part(i).size());
  return sum;
}

}  // namespace gradus::detail
