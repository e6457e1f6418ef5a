#include "landscape/network/sharpness.h"

#include <cmath>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/parameter_list.h>
#include <gradus/autograd/walk/grad.h>

namespace landscape::network {

using namespace gradus;

namespace {
Tensor dot(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  Tensor total = sum(a[0] * b[0]);
  for (std::size_t i = 1; i < a.size(); ++i) total = total + sum(a[i] * b[i]);
  return total;
}

double normalise(std::vector<Tensor>& v) {
  const double length = std::sqrt(dot(v, v).item());
  for (Tensor& part : v) part = part / tensor(length);
  return length;
}
}  // namespace

double sharpness(const Classifier& net, const Pictures& pictures, std::vector<Tensor>& direction, int rounds) {
  std::vector<Tensor> weights;
  for (const NamedParameter& p : net.parameters()) weights.push_back(Tensor(p.leaf->value, p.leaf));
  if (direction.empty())
    for (const Tensor& w : weights) direction.push_back(ones_like(w));
  normalise(direction);

  const std::vector<Tensor> slopes = grad(net.loss_of(pictures), weights, {.create_graph = true});
  double value = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<Tensor> curved = grad(dot(slopes, direction), weights, {.retain_graph = true});
    value = dot(curved, direction).item();
    direction = std::move(curved);
    normalise(direction);
  }
  return value;
}

}  // namespace landscape::network
