// WAV files.
#include <gradus/data/read/wav.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return gradus::fuzz_file(data, size, [](const std::string& name) { gradus::touch(gradus::data::read_wav(name).samples.value()); });
}
