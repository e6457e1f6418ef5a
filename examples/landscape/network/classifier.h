// The network whose landscape is drawn: 196-24-10 with tanh, 4978 weights, on ten thousand small pictures of clothes. All weights are one
// point in a space of that many dimensions, so this file also turns a network into a point and back.
//   Classifier net(7);  Point w = net.point();  net.move_to(w);  double loss = net.loss(pictures);
#pragma once
#include <vector>

#include <gradus/autograd/tape/parameter_list.h>
#include <gradus/nn/layers/linear.h>

namespace landscape::network {

struct Pictures {
  gradus::Tensor image;   // f32 [n, 196], 14x14 pixels, each the mean of four
  gradus::Tensor label;   // i64 [n]
  std::int64_t size() const { return image.dim(0); }
  Pictures part(std::int64_t begin, std::int64_t end) const;
};
// The first n training pictures of Fashion-MNIST; FileError when it is not installed.
Pictures small_pictures(std::int64_t n);

using Point = std::vector<double>;

class Classifier {
 public:
  explicit Classifier(std::uint64_t seed);

  gradus::Tensor loss_of(const Pictures& pictures) const;   // mean cross-entropy, with its history
  double loss(const Pictures& pictures) const;              // the same as a number
  double accuracy(const Pictures& pictures) const;

  const gradus::Parameters& parameters() const { return parameters_; }
  Point point() const;
  void move_to(const Point& point);

 private:
  struct Net {
    gradus::nn::Linear hidden, output;
  };
  gradus::Tensor logits(const gradus::Tensor& image) const;
  Net net_;
  gradus::Parameters parameters_;
};

}  // namespace landscape::network
