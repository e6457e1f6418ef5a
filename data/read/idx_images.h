// Images with labels, kept as the bytes they came in; batches are normalised floats, made in one pass over those bytes.
//   data::IdxImages digits(data::read_idx("images.gz"), data::read_idx("labels.gz"), {.mean = 0.1307, .deviation = 0.3081});
#pragma once
#include <tuple>

#include <gradus/autograd/tape/tensor.h>
#include <gradus/data/dataset/dataset.h>

namespace gradus::data {

// A byte b becomes (b / 255 - mean) / deviation.
struct Normalisation {
  double mean = 0, deviation = 1;
};

class IdxImages {
 public:
  // images u8 [n, height, width] or [n, channels, height, width] (channels that come last: images.permute({0, 3, 1, 2})), labels u8 or i64
  // [n]. Throws DtypeError, ShapeError, and ValueError for a deviation of 0.
  IdxImages(const Array& images, const Array& labels, Normalisation normalisation = {});

  std::int64_t size() const { return images_.shape()[0]; }
  std::tuple<Tensor, std::int64_t> get(std::int64_t i) const;                         // image f32 [channels, height, width], label
  std::tuple<Tensor, Tensor> get_batch(std::span<const std::int64_t> indices) const;  // f32 [k, channels, height, width], i64 [k]

  const Array& bytes() const { return images_; }    // u8, as they were given
  const Array& labels() const { return labels_; }   // i64 [n]

 private:
  void normalise(std::int64_t i, float* to) const;
  Array images_, labels_;
  Shape image_;                                     // [channels, height, width]
  float scale_, shift_;                             // byte · scale + shift
};

}  // namespace gradus::data
