// CIFAR's records, of both sets.
#include <gradus/data/read/cifar.h>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return gradus::fuzz_file(data, size, [&](const std::string& name) {
    gradus::touch((size % 2 == 0 ? gradus::data::read_cifar100(name) : gradus::data::read_cifar10(name)).pixels);
  });
}
