// CIFAR-10 and CIFAR-100 in their binary version (Krizhevsky, 2009, "Learning multiple layers of features from tiny images"): records of
// one label (two in CIFAR-100) and 32x32 pixels, red, green, blue; https://www.cs.toronto.edu/~kriz/cifar.html. Gzipped files too.
//   auto [pixels, labels, coarse] = data::read_cifar10("data_batch_1.bin");    // u8 [10000, 3, 32, 32], i64 [10000]
// data/sets/cifar.h reads the folder of all files.
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/file_name.h>

namespace gradus::data {

struct CifarRecords {
  Array pixels;   // u8 [n, 3, 32, 32]
  Array labels;   // i64 [n]: 0 to 9; of CIFAR-100 the fine ones, 0 to 99
  Array coarse;   // i64 [n]: 0 to 19; undefined for CIFAR-10
};

// FileError names the file and the record: no whole number of records (it says so if they are the other set's), a label that is no class,
// broken gzip, a gzipped file that becomes more than 1 GiB.
CifarRecords read_cifar10(const FileName& file);
CifarRecords read_cifar100(const FileName& file);

}  // namespace gradus::data
