// IDX, the format of MNIST and its relatives: a magic number (0, 0, element type, number of dimensions), the sizes, the elements, all
// big endian; http://yann.lecun.com/exdb/mnist. Gzipped files are read as they are.
//   Array images = data::read_idx("train-images-idx3-ubyte.gz");   // u8 [60000, 28, 28]
#pragma once
#include <cstdint>
#include <optional>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/file_name.h>

namespace gradus::data {

struct IdxOptions {
  // What a gzipped file may become, as an array; none: 1 GiB, or 100 times the file if that is more. Plain files have no limit but their
  // own size.
  std::optional<std::uint64_t> max_bytes = {};
};

// Unsigned bytes give u8, floats f32, doubles f64, the other integers i64. FileError names the file and the rule broken: bad magic, unknown
// element type, sizes that overflow, truncated, bytes left over, broken gzip, more than max_bytes. Sizes that the file cannot hold take no
// memory, and nothing is inflated beyond what they say.
Array read_idx(const FileName& file, const IdxOptions& options = {});

}  // namespace gradus::data
