// .pt, both layouts. The legacy one has no sums, so what is made up of its pickles reaches the machine; what loads is written, too.
#include <gradus/autograd/array/formats/pt.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return gradus::fuzz_file(data, size, [](const std::string& file) {
    const gradus::PtValue value = gradus::load_pt(file);
    for (const auto& [name, array] : value.arrays()) gradus::touch(array);
    gradus::save_pt("/dev/null", value);
  });
}
