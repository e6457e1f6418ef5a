// A variational autoencoder (Kingma and Welling, 2014) that dreams of clothes: a picture becomes a normal distribution over 20 numbers, any
// 20 normal numbers become a picture.
//
//   ./run example 23_variational_autoencoder              (--epochs, --batch, --limit, --seed, --data, --picture FILE)
//
// You should see the bound on −log p(picture) fall to less than 245 nats on pictures that it has never seen, of which about 17 are what the
// code tells, in half a minute; and a PNG file beside the program: six rows of clothes that do not exist, then four that lead from one of
// the test pictures to another.
#include <gradus/gradus.h>

#include <cstdio>

#include "support/arguments.h"
#include "support/pictures.h"

using namespace gradus;

constexpr std::int64_t pixels = 28 * 28, width = 400, code = 20;

struct Net {
  nn::Linear read{pixels, width}, mean{width, code}, log_variance{width, code};
  nn::Linear imagine{code, width}, paint{width, pixels};

  // x [N, 784] → mean and log σ² of its code, each [N, 20].
  std::pair<Tensor, Tensor> encode(const Tensor& x) const {
    const Tensor h = relu(read(x));
    return {mean(h), log_variance(h)};
  }
  Tensor decode(const Tensor& z) const { return paint(relu(imagine(z))); }   // logits of the pixels
};

// The two parts of the bound, per picture: −E log p(x | z), by one z, and KL(q(z | x) ‖ N(0, 1)).
struct Bound {
  Tensor picture, code;
};
Bound bound(const Net& net, const Tensor& x) {
  const auto [m, log_v] = net.encode(x);
  const Tensor z = m + exp(0.5 * log_v) * randn_like(m);   // the noise is drawn apart, so the gradient goes on to m and log_v
  const double n = static_cast<double>(x.dim(0));
  return {bce_with_logits(net.decode(z), x, {.reduction = Reduction::sum}) / n, 0.5 * sum(square(m) + exp(log_v) - log_v - 1) / n};
}

struct Options {
  long epochs = 12;
  std::int64_t batch = 128, limit = 0;
  std::uint64_t seed = 1;
  std::string data, picture;

  void describe(Describe& is) const { is(range::at_least_one, epochs, batch), is(range::at_least_zero, limit); }
};

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  manual_seed(options.seed);
  const data::Normalisation black_is_0{.mean = 0, .deviation = 1};
  support::Pictures train(support::pictures(data::Split::train, options, black_is_0), {.batch_size = options.batch, .shuffle = true});
  support::Pictures test(support::pictures(data::Split::test, options, black_is_0), {.batch_size = 500});

  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
  std::printf(" epoch     train      test = picture +   code\n");
  for (long epoch = 1; epoch <= options.epochs; ++epoch) {
    double seen = 0, picture = 0, told = 0;
    for (auto [x, label] : train) {
      const Bound parts = bound(net, flatten(x, 1));
      const Tensor loss = parts.picture + parts.code;
      adam.zero_grad();
      loss.backward();
      adam.step();
      seen += loss.item() / static_cast<double>(train.size());
    }
    const NoGrad guard;
    for (auto [x, label] : test) {
      const Bound parts = bound(net, flatten(x, 1));
      picture += parts.picture.item() / static_cast<double>(test.size()), told += parts.code.item() / static_cast<double>(test.size());
    }
    std::printf(" %5ld  %8.1f  %8.1f  %8.1f  %6.1f\n", epoch, seen, picture + told, picture, told);
    std::fflush(stdout);
  }

  const NoGrad guard;
  Tensor codes = randn({72, code});
  const Tensor ends = net.encode(flatten(slice(std::get<0>(*test.begin()), 0, 0, 8), 1)).first;
  for (std::int64_t row = 0; row < 4; ++row) {   // from picture 2·row to its neighbour
    const Tensor t = unsqueeze(linspace(0, 1, 12), 1);
    codes = cat({codes, (1 - t) * ends[{2 * row}] + t * ends[{2 * row + 1}]});
  }
  const std::string file = options.picture.empty() ? std::string(argv[0]) + ".png" : options.picture;
  data::save_image(reshape(sigmoid(net.decode(codes)), {-1, 1, 28, 28}), file, {.nrow = 12});
  std::printf("imagined, and on the way from one to another: %s\n", file.c_str());
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
