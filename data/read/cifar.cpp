#include <gradus/data/read/cifar.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include <gradus/data/read/internal/byte_source.h>
#include <gradus/data/read/internal/naming.h>

namespace gradus::data {
namespace {

constexpr std::size_t cifar_pixels = 3 * 32 * 32;

// All bytes; a plain file says how many there are.
std::vector<std::byte> bytes_of_records(ByteSource& source, std::size_t record, std::size_t other) {
  constexpr std::size_t piece = 1 << 20, most = std::size_t{1} << 30;
  std::vector<std::byte> bytes;
  const auto check_size = [&](std::uint64_t size) {
    check<FileError>(size % record == 0, size, " bytes are no whole number of records of ", record, " bytes",
                     size > 0 && size % other == 0 ? text("; they are of ", other, ": CIFAR-", other % 2 == 1 ? 10 : 100) : std::string());
  };
  if (!source.gzipped()) {
    check_size(source.file_bytes());
    bytes.resize(static_cast<std::size_t>(source.file_bytes()));
    bytes.resize(source.read(bytes));
  } else {
    for (std::size_t n = piece; n == piece;) {
      const std::size_t before = bytes.size();
      check<FileError>(before < most, "the gzipped file of ", source.file_bytes(), " bytes becomes more than ", most);
      bytes.resize(before + piece);
      n = source.read(std::span(bytes).subspan(before));
      bytes.resize(before + n);
    }
  }
  check_size(bytes.size());
  return bytes;
}

CifarRecords read_records(const FileName& file, std::initializer_list<int> classes) {
  ByteSource source(file);
  const std::size_t labels = classes.size(), record = labels + cifar_pixels;
  const std::vector<std::byte> bytes = bytes_of_records(source, record, 3 - labels + cifar_pixels);
  const auto n = static_cast<std::int64_t>(bytes.size() / record);
  CifarRecords out{Array({n, 3, 32, 32}, u8), Array({n}, i64), labels == 2 ? Array({n}, i64) : Array()};
  std::uint8_t* pixels = out.pixels.mutable_data<std::uint8_t>();
  std::int64_t* const of_kind[] = {labels == 2 ? out.coarse.mutable_data<std::int64_t>() : out.labels.mutable_data<std::int64_t>(),
                                   out.labels.mutable_data<std::int64_t>()};   // coarse ones stand before fine ones
  const std::byte* at = bytes.data();
  for (std::int64_t i = 0; i < n; ++i, at += record, pixels += cifar_pixels) {
    std::size_t k = 0;
    for (const int most : classes) {
      const int label = std::to_integer<int>(at[k]);
      check<FileError>(label < most, "record ", i, " (byte ", at + k - bytes.data(), "): label ", label, ", and there are ", most,
          " classes");
      of_kind[k++][i] = label;
    }
    std::memcpy(pixels, at + labels, cifar_pixels);
  }
  return out;
}

}  // namespace

CifarRecords read_cifar10(const FileName& file) {
  return naming("read_cifar10", file, [&] { return read_records(file, {10}); });
}
CifarRecords read_cifar100(const FileName& file) {
  return naming("read_cifar100", file, [&] { return read_records(file, {20, 100}); });
}

}  // namespace gradus::data
