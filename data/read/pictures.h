// Pictures with labels, kept as the bytes they came in; batches are normalised floats, made in one pass over those bytes.
//   data::Pictures digits(data::read_idx("images.gz"), data::read_idx("labels.gz"), {.mean = 0.1307, .deviation = 0.3081});
//   auto [pixels, labels] = data::read_cifar10("data_batch_1.bin");
//   data::Pictures coloured(pixels, labels, {.mean = {0.491, 0.482, 0.447}, .deviation = {0.247, 0.243, 0.262}});
#pragma once
#include <initializer_list>
#include <tuple>
#include <vector>

#include <gradus/autograd/tape/tensor.h>
#include <gradus/data/dataset/dataset.h>

namespace gradus::data {

// A number for all channels, or one for each: 0.5, or {0.491, 0.482, 0.447}.
class PerChannel {
 public:
  PerChannel(double all) : values_{all} {}
  PerChannel(std::initializer_list<double> each) : values_(each) {}
  std::int64_t size() const { return static_cast<std::int64_t>(values_.size()); }
  double operator[](std::int64_t channel) const { return values_[size() == 1 ? 0 : static_cast<std::size_t>(channel)]; }

 private:
  std::vector<double> values_;
};

// A byte b becomes (b / 255 - mean) / deviation.
struct Normalisation {
  PerChannel mean = 0, deviation = 1;
};

class Pictures {
 public:
  // images u8 [n, height, width] or [n, channels, height, width] (channels that come last: images.permute({0, 3, 1, 2})), labels u8 or i64
  // [n]. Throws DtypeError, ShapeError, and ValueError for a deviation of 0 or another number of them than channels.
  Pictures(const Array& images, const Array& labels, const Normalisation& normalisation = {});

  std::int64_t size() const { return images_.shape()[0]; }
  std::tuple<Tensor, std::int64_t> get(std::int64_t i) const;                         // image f32 [channels, height, width], label
  std::tuple<Tensor, Tensor> get_batch(std::span<const std::int64_t> indices) const;  // f32 [k, channels, height, width], i64 [k]

  const Array& bytes() const { return images_; }    // u8, as they were given
  const Array& labels() const { return labels_; }   // i64 [n]

 private:
  void normalise(std::int64_t i, float* to) const;
  Array images_, labels_;
  Shape image_;                                     // [channels, height, width]
  std::vector<float> scales_, shifts_;              // of channels, or one for all: byte · scale + shift
};

}  // namespace gradus::data
