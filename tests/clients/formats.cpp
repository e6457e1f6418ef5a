// Files of arrays, read and written again.
#include <gradus/autograd/array/formats/safetensors.h>

#include "subject.h"

namespace clients::formats {

const Subject copy_safetensors{"copy-safetensors", "FROM TO: all arrays and the metadata of a safetensors file into another",
                               [](const Arguments& a) { gradus::save_safetensors(a.at(1), gradus::load_safetensors(a.at(0))); }};

}  // namespace clients::formats
