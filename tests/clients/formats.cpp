// Files of arrays, read and written again.
#include <gradus/autograd/array/formats/array_file.h>
#include <gradus/autograd/array/formats/safetensors.h>

#include "subject.h"

namespace clients::formats {

const Subject copy_safetensors{"copy-safetensors", "FROM TO: all arrays and the metadata of a safetensors file into another",
                               [](const Arguments& a) { gradus::save_safetensors(a.at(1), gradus::load_safetensors(a.at(0))); }};

const Subject copy_arrays{"copy-arrays", "FROM TO: all arrays of a file of any format into another, whose name says its format",
                          [](const Arguments& a) { gradus::save_arrays(a.at(1), gradus::load_arrays(a.at(0))); }};

}  // namespace clients::formats
