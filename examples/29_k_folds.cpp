// Which width? Cross-validation: every point validates once, in one of five folds, and each class has its share in every fold.
//
//   ./run example 29_k_folds
//   ./run example 29_k_folds --folds 10 --points 1000 --noise 0.3
//
// You should see that 2 hidden units are too few (accuracy about 0.87), and that from 8 on more of them change little: about 0.95. Between
// folds there are deviations of 0.03 to 0.07, so whoever judges by a single split of so few points judges by luck.
#include <gradus/gradus.h>

#include <gradus/autograd/base/drawing/table.h>
#include <gradus/data/all.h>

#include <cmath>
#include <cstdio>

#include "support/arguments.h"

using namespace gradus;

struct Net {
  nn::Linear hidden, output;
  explicit Net(std::int64_t width) : hidden(2, width), output(width, 2) {}
  Tensor operator()(const Tensor& x) const { return output(tanh(hidden(x))); }
  using Fields = nn::Fields<&Net::hidden, &Net::output>;
};

struct Options {
  std::int64_t points = 300, folds = 5, epochs = 60;
  double noise = 0.25;
  std::uint64_t seed = 1;

  void describe(Describe& is) const { is(range::at_least_one, points, folds, epochs); }
};

template <class Dataset>
double accuracy_of(const Net& net, const Dataset& dataset) {
  const NoGrad guard;
  double right = 0;
  for (auto [x, y] : data::DataLoader(dataset, {.batch_size = 256})) right += nn::accuracy(net(x), y) * static_cast<double>(y.size());
  return right / static_cast<double>(dataset.size());
}

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  const auto all = data::two_moons(options.points, {.noise = options.noise, .seed = options.seed});
  const auto folds = data::stratified_k_folds(all, options.folds, [](const Tensor&, const Tensor& y) { return y; }, options.seed);

  drawing::Table table({{"hidden units"}, {"training", drawing::fixed_digits(3)}, {"validation", drawing::fixed_digits(3)},
                        {"deviation", drawing::fixed_digits(3)}}, {.rule = true});
  for (const std::int64_t width : {2, 8, 32}) {
    double trained = 0, sum = 0, squares = 0;
    for (const auto& [train, validation] : folds) {
      manual_seed(options.seed);
      Net net(width);
      optim::Adam adam(nn::parameters(net), {.lr = 0.03});
      data::DataLoader loader(train, {.batch_size = 32, .shuffle = true});
      for (std::int64_t epoch = 0; epoch < options.epochs; ++epoch)
        for (auto [x, y] : loader) {
          adam.zero_grad();
          nn::cross_entropy(net(x), y).backward();
          adam.step();
        }
      const double accuracy = accuracy_of(net, validation);
      trained += accuracy_of(net, train);
      sum += accuracy;
      squares += accuracy * accuracy;
    }
    const auto k = static_cast<double>(folds.size()), mean = sum / k;
    table.add(width, trained / k, mean, std::sqrt(std::max(0.0, squares / k - mean * mean) * k / (k - 1)));
  }
  std::printf("accuracy of a network 2-h-2 on two moons, %lld points, mean of %lld folds\n\n%s", static_cast<long long>(options.points),
              static_cast<long long>(options.folds), table.text().c_str());
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
