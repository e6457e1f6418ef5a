// CIFAR-10 and CIFAR-100: 50,000 + 10,000 pictures of 32x32 pixels in 10 or 100 classes, read from the folder that their binary version
// unpacks to; https://www.cs.toronto.edu/~kriz/cifar.html.
//   data::Pictures train = data::cifar10(data::Split::train, {.root = "cifar-10-batches-bin"});   // f32 [3, 32, 32], normalised
//   data::Pictures test = data::cifar100(data::Split::test, {.coarse = true});                     // 20 classes instead of 100
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <gradus/data/read/pictures.h>
#include <gradus/data/sets/fashion_mnist.h>

namespace gradus::data {

struct CifarOptions {
  std::string root = {};                              // none: "cifar-10-batches-bin" or "cifar-100-binary"
  std::optional<Normalisation> normalisation = {};    // none: by the training pictures' means and deviations
  bool coarse = false;                                // CIFAR-100's 20 classes of classes
};

// data_batch_1.bin to data_batch_5.bin, test_batch.bin; train.bin, test.bin; each with ".gz", if it must be. FileError when one is missing
// (it says which and where they are to be had) or broken; ValueError for coarse labels of CIFAR-10.
Pictures cifar10(Split split, const CifarOptions& options = {});
Pictures cifar100(Split split, const CifarOptions& options = {});

inline constexpr std::array<std::string_view, 10> cifar10_classes = {"airplane", "automobile", "bird",  "cat",  "deer",
                                                                     "dog",      "frog",       "horse", "ship", "truck"};

}  // namespace gradus::data
