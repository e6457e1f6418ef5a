#include "landscape/network/classifier.h"

#include <algorithm>
#include <numeric>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/data/read/idx_images.h>
#include <gradus/data/sets/fashion_mnist.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/module.h>

namespace landscape::network {

using namespace gradus;

namespace {
constexpr std::int64_t pixels = 14 * 14, hidden_units = 24, classes = 10;

nn::Linear layer(std::int64_t in, std::int64_t out, Generator& generator) { return {in, out, {.generator = &generator}}; }
}  // namespace

Pictures Pictures::part(std::int64_t begin, std::int64_t end) const { return {slice(image, 0, begin, end), slice(label, 0, begin, end)}; }

Pictures small_pictures(std::int64_t n) {
  const data::IdxImages all = data::fashion_mnist(data::Split::train);
  std::vector<std::int64_t> first(static_cast<std::size_t>(std::min(n, all.size())));
  std::iota(first.begin(), first.end(), 0);
  auto [image, label] = all.get_batch(first);
  return {flatten(avg_pool2d(image, {.kernel = 2}), 1), label};
}

Classifier::Classifier(std::uint64_t seed)
    : net_([seed] {
        Generator generator(seed);
        return Net{layer(pixels, hidden_units, generator), layer(hidden_units, classes, generator)};
      }()),
      parameters_(nn::parameters(net_)) {}

Tensor Classifier::logits(const Tensor& image) const { return net_.output(tanh(net_.hidden(image))); }
Tensor Classifier::loss_of(const Pictures& pictures) const { return nn::cross_entropy(logits(pictures.image), pictures.label); }
double Classifier::loss(const Pictures& pictures) const {
  return no_grad([&] { return loss_of(pictures).item(); });
}
double Classifier::accuracy(const Pictures& pictures) const {
  return no_grad([&] { return nn::accuracy(logits(pictures.image), pictures.label); });
}

Point Classifier::point() const {
  Point out;
  for (const NamedParameter& p : parameters_)
    for (const float w : p.leaf->value.as_contiguous().span<float>()) out.push_back(w);
  return out;
}

void Classifier::move_to(const Point& point) {
  std::size_t at = 0;
  for (const NamedParameter& p : parameters_)
    for (float& w : p.leaf->value.mutable_span<float>()) w = static_cast<float>(point[at++]);
}

}  // namespace landscape::network
