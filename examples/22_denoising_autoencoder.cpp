// A denoising autoencoder (Vincent et al., 2008): half of a picture's pixels are gone, and a convolutional network paints them again. It
// has never been told what clothes are; to fill the holes it has to find out.
//
//   ./run example 22_denoising_autoencoder                (--epochs, --batch, --limit, --seed, --data, --picture FILE)
//
// You should see the test pictures' signal-to-noise ratio: about 10 dB for what the network gets, and what it gives grows to 20 in five
// epochs, about a minute on two cores: a tenth of the error. A PNG file beside the program has threes: damaged, repaired, as it was.
#include <gradus/gradus.h>

#include <cmath>
#include <cstdio>

#include "support/arguments.h"
#include "support/pictures.h"

using namespace gradus;

// 28 x 28 pixels → 7 x 7 places with 48 numbers each, and back; where a picture grows, channels become pixels.
struct Net {
  nn::Conv2d look{1, 24, {.stride = 2, .padding = 1}}, look_wider{24, 48, {.stride = 2, .padding = 1}}, think{48, 48, {.padding = 1}};
  nn::Conv2d paint{48, 96, {.padding = 1}}, paint_finer{24, 4, {.padding = 1}};

  // x [N, 1, 28, 28] → logits of the pixels, as many.
  Tensor operator()(const Tensor& x) const {
    const Tensor code = relu(think(relu(look_wider(relu(look(x))))));
    return pixel_shuffle(paint_finer(pixel_shuffle(relu(paint(code)), 2)), 2);
  }
};

struct Options {
  long epochs = 5;
  std::int64_t batch = 64, limit = 0;
  std::uint64_t seed = 1;
  std::string data, picture;

  void describe(Describe& is) const { is(range::at_least_one, epochs, batch), is(range::at_least_zero, limit); }
};

// Every second pixel, wherever the dice say, is black.
Tensor damaged(const Tensor& x, Generator& dice) { return x * bernoulli(full_like(x, 0.5), dice); }

// Peak signal to noise of pictures in [0, 1], in decibel.
double decibel(double squared_error) { return -10 * std::log10(squared_error); }

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  manual_seed(options.seed);
  const data::Normalisation black_is_0{.mean = 0, .deviation = 1};
  support::Pictures train(support::pictures(data::Split::train, options, black_is_0), {.batch_size = options.batch, .shuffle = true});
  support::Pictures test(support::pictures(data::Split::test, options, black_is_0), {.batch_size = 500});

  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 2e-3});
  optim::CosineAnnealingLR schedule(adam, {.t_max = options.epochs * train.size(), .per = optim::Unit::step});
  std::printf(" epoch   loss   damaged, dB   repaired, dB\n");
  for (long epoch = 1; epoch <= options.epochs; ++epoch) {
    double loss_sum = 0;
    for (auto [x, label] : train) {
      const Tensor loss = nn::bce_with_logits(net(damaged(x, default_generator())), x);
      adam.zero_grad();
      loss.backward();
      adam.step();
      schedule.step();
      loss_sum += loss.item();
    }
    const NoGrad guard;
    Generator dice(7);   // the same damage after every epoch
    double before = 0, after = 0;
    for (auto [x, label] : test) {
      const Tensor given = damaged(x, dice);
      before += sum(square(given - x)).item(), after += sum(square(sigmoid(net(given)) - x)).item();
    }
    const double pixels = 28 * 28 * static_cast<double>(test.samples());
    std::printf(" %5ld  %.3f   %11.1f   %12.1f\n", epoch, loss_sum / static_cast<double>(train.size()), decibel(before / pixels),
                decibel(after / pixels));
    std::fflush(stdout);
  }

  const NoGrad guard;
  const Tensor x = slice(std::get<0>(*test.begin()), 0, 0, 24);
  Generator dice(7);
  const Tensor given = damaged(x, dice), shown = stack(std::vector{given, sigmoid(net(given)), x}, 1);   // [24, 3, 1, 28, 28]
  const std::string file = options.picture.empty() ? std::string(argv[0]) + ".png" : options.picture;
  data::save_image(flatten(shown, 0, 1), file, {.nrow = 12, .pad_value = 1});
  std::printf("damaged, repaired, as it was: %s\n", file.c_str());
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
