// IDX, the format of MNIST and its relatives: a magic number (0, 0, element type, number of dimensions), the sizes, the elements, all
// big endian; http://yann.lecun.com/exdb/mnist. Gzipped files are read as they are.
//   Array images = data::read_idx("train-images-idx3-ubyte.gz");   // u8 [60000, 28, 28]
#pragma once
#include <filesystem>

#include <gradus/autograd/array/array.h>

namespace gradus::data {

// Unsigned bytes give u8, floats f32, doubles f64, the other integers i64. FileError names the file and the rule broken: bad magic, unknown
// element type, sizes that overflow, truncated, bytes left over, broken gzip. Memory is taken as data arrive, not as the sizes promise.
Array read_idx(const std::filesystem::path& file);

}  // namespace gradus::data
