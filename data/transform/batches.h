// Pictures of one batch mixed with each other, and their labels with them (f32 [N, classes], one row sums to 1).
//   for (auto [images, labels] : loader) {
//     auto [mixed, soft] = data::MixUp{.alpha = 0.2, .classes = 10}(images, labels, random);   … nn::cross_entropy(net(mixed), soft)
// or within the loader, repeatable whatever its workers: data::DataLoader loader(set, {…}, data::mixing(data::CutMix{.classes = 10}));
#pragma once
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/data/loader/collate.h>

namespace gradus {
class Describe;
}

namespace gradus::data {

// x ← λ·x + (1 − λ)·(the picture before it in the batch, of the first one the last), λ ~ Beta(alpha, alpha), one for the batch;
// and the labels so too (Zhang et al., 2018, arXiv:1710.09412). Images f32 [N, …]; labels i64 [N] with .classes, or soft ones
// f32 [N, classes]. ShapeError, DtypeError, ValueError.
struct MixUp {
  double alpha = 1;
  std::int64_t classes = 0;
  void describe(Describe& is) const;
  std::tuple<Tensor, Tensor> operator()(const Tensor& images, const Tensor& labels, Generator& random) const;
};

// A rectangle of 1 − λ of the area, anywhere, is cut out and filled with what the picture before has there (Yun et al., 2019,
// arXiv:1905.04899); labels are mixed by the area that it has in truth. Images u8 or f32 [N, C, H, W].
struct CutMix {
  double alpha = 1;
  std::int64_t classes = 0;
  void describe(Describe& is) const;
  std::tuple<Tensor, Tensor> operator()(const Tensor& images, const Tensor& labels, Generator& random) const;
};

// A collation: samples (picture, label) are stacked, then mixed with the numbers of the batch.
template <class Mix>
struct Mixing {
  Mix mix;
  template <class Sample>
  auto operator()(std::span<Sample> samples) const {
    const auto batch = Stack()(samples);
    return mix(std::get<0>(batch), std::get<1>(batch), default_generator());
  }
};
template <class Mix>
Mixing<Mix> mixing(Mix mix) {
  return {std::move(mix)};
}

}  // namespace gradus::data
