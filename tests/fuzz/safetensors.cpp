// safetensors. Changed bytes alone die at the length of the header: most changes bring it along.
#include <cstring>

#include <gradus/autograd/array/formats/safetensors.h>

#include "fuzz.h"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  constexpr std::size_t prefix = 8;
  size = LLVMFuzzerMutate(data, size, max_size);
  if (size <= prefix || seed % 8 == 0) return size;
  std::size_t end = size;   // of the header: behind its last '}', or anywhere
  while (end > prefix && data[end - 1] != '}') --end;
  if (end == prefix || seed % 16 == 1) end = prefix + seed / 16 % (size - prefix + 1);
  const std::uint64_t length = end - prefix;
  std::memcpy(data, &length, sizeof length);
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return gradus::fuzz_file(data, size, [](const std::string& name) {
    const gradus::SafetensorsFile file(name, {.floating = gradus::f32});
    for (const gradus::SafetensorsEntry& e : file.entries()) try {
        gradus::touch(file.load(e.name));
      } catch (const gradus::FileError&) {
      }
  });
}
