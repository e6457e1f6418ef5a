// npy. Most changes bring the header's length along.
#include <gradus/autograd/array/formats/npy.h>

#include "fuzz.h"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  constexpr std::size_t place = 8;   // of the length, in 2 bytes by version 1, in 4 by the others
  size = LLVMFuzzerMutate(data, size, max_size);
  if (size < place + 4 || seed % 8 == 0) return size;
  const std::size_t bytes = data[6] == 1 ? 2 : 4, begin = place + bytes;
  const auto* brace = std::find(data + begin, data + size, '}');
  std::size_t end = static_cast<std::size_t>(brace - data) + (brace < data + size);
  if (end < size && data[end] == '\n') ++end;
  if (seed % 16 == 1) end = begin + seed / 16 % (size - begin + 1);
  for (std::size_t i = 0; i < bytes; ++i) data[place + i] = static_cast<std::uint8_t>((end - begin) >> (8 * i));
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return gradus::fuzz_file(data, size, [](const std::string& name) { gradus::touch(gradus::load_npy(name)); });
}
