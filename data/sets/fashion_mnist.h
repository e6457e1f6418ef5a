// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017, arXiv:1708.07747): 60,000 + 10,000 grey pictures of clothes, 28x28, in ten classes.
//   auto train = data::fashion_mnist(data::Split::train);                       // Debian: apt install dataset-fashion-mnist
#pragma once
#include <array>
#include <string>
#include <string_view>

#include <gradus/data/read/pictures.h>

namespace gradus::data {

enum class Split { train, test };

struct FashionMnistOptions {
  std::string root = "/usr/share/datasets/fashion-mnist";
  std::string prefix = {};                                            // of the files' names: "emnist-letters-"
  Normalisation normalisation{.mean = 0.2860, .deviation = 0.3530};   // of the training pictures
  bool transposed = false;                                            // EMNIST's pictures lie on their side: true sets them upright
};

// Each sample is an image f32 [1, 28, 28] and its class. FileError when the files are missing (it says how to get them) or broken.
// MNIST, KMNIST, EMNIST, QMNIST and others in the same four files can be read with a `root` and a `prefix` of their own:
// "<prefix>train-images-idx3-ubyte", "t10k" or "test" for the others, ".idx3-ubyte" too, idx4 for pictures with channels, each with or
// without ".gz". EMNIST's letters are classes 1 to 26.
Pictures fashion_mnist(Split split, const FashionMnistOptions& options = {});

inline constexpr std::array<std::string_view, 10> fashion_mnist_classes = {
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"};

}  // namespace gradus::data
