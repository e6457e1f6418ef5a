// IDX files.
#include <gradus/data/read/idx.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return gradus::fuzz_file(data, size, [](const std::string& name) {
    gradus::touch(gradus::data::read_idx(name, {.max_bytes = 1 << 24}));
  });
}
