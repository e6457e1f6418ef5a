#include <gradus/optim/schedules/multiplicative_lr.h>

#include <cmath>

namespace gradus::optim {

double MultiplicativeLRRule::lr(const Options& o, double base, double t, int group, Memo& memo) {
  const auto place = static_cast<std::size_t>(group);
  if (memo.size() <= place) memo.resize(place + 1);
  Product& product = memo[place];
  const auto end = static_cast<std::int64_t>(std::floor(t));
  if (end < product.t) product = {};
  require_steps(name, static_cast<double>(product.t), static_cast<double>(end));
  while (product.t < end) product = {product.t + 1, product.value * o.lr_lambda[group](product.t + 1)};
  return base * product.value;
}

template Curve Curve::of<MultiplicativeLRRule>(const MultiplicativeLRRule::Options&);

}  // namespace gradus::optim
