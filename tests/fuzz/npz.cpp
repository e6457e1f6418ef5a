// npz, and with it zip archives. A quarter of the changes mends what the directory says of the first entry's CRC and where it lies.
#include <cstring>

#include <gradus/autograd/array/formats/internal/crc32.h>
#include <gradus/autograd/array/formats/internal/zip_format.h>
#include <gradus/autograd/array/formats/npz.h>

#include "fuzz.h"

namespace zip = gradus::detail::zip;

namespace {

// The first place of a record with this signature; size if there is none.
std::size_t find_record(const std::uint8_t* data, std::size_t size, std::uint32_t signature) {
  for (std::size_t at = 0; at + 4 <= size; ++at)
    if (std::memcmp(data + at, &signature, 4) == 0) return at;
  return size;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, max_size);
  if (seed % 4 != 0) return size;
  const std::size_t directory = find_record(data, size, zip::central_signature), end = find_record(data, size, zip::end_signature);
  if (directory + zip::central_bytes > size || end + zip::end_bytes > size || end < directory) return size;
  const auto put = [&](std::size_t at, std::size_t value) {
    const auto number = static_cast<std::uint32_t>(value);
    std::memcpy(data + at, &number, 4);
  };
  put(end + 12, end - directory);
  put(end + 16, directory);
  const std::size_t names = std::size_t{data[26]} + data[28];
  if (size > zip::local_bytes && directory >= zip::local_bytes + names && data[8] == zip::stored) {   // of one stored entry
    const auto* contents = reinterpret_cast<const std::byte*>(data + zip::local_bytes + names);
    const std::size_t bytes = directory - zip::local_bytes - names, sum = gradus::detail::crc32(0, {contents, bytes});
    put(14, sum), put(18, bytes), put(22, bytes);
    put(directory + 16, sum), put(directory + 20, bytes), put(directory + 24, bytes);
  }
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return gradus::fuzz_file(data, size, [](const std::string& name) {
    const gradus::NpzFile file(name, {.map = true});
    for (const gradus::NpzEntry& e : file.entries()) try {
        gradus::touch(file.load(e.name));
      } catch (const gradus::FileError&) {
      }
  });
}
