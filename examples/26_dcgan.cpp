// DCGAN (Radford, Metz and Chintala, 2016): one network makes clothes of noise, another one tells them from real ones, and each has
// to learn what the other has learned.
//
//   ./run example 26_dcgan                                (--epochs, --batch, --width, --limit, --seed, --data, --picture FILE)
//
// You should see the critic's guesses, for real and for made pictures, keep away from 1 and 0 (about 0.6 and 0.3), and after every epoch
// a PNG file beside the program with a hundred pictures of the same noise: the first has outlines of shirts, dresses and shoes already.
// An epoch takes a minute or two on one core.
#include <gradus/gradus.h>

#include <cstdio>

#include "support/arguments.h"
#include "support/pictures.h"

using namespace gradus;

struct Options {
  long epochs = 6;
  std::int64_t batch = 64, width = 32, limit = 0;
  std::uint64_t seed = 1;
  std::string data, picture;

  void describe(Describe& is) const { is(range::at_least_one, epochs, batch, width), is(range::at_least_zero, limit); }
};

constexpr std::int64_t noise = 64;

// A layer of our own: four times as many pixels, by a transposed convolution. [N, in, H, W] → [N, out, 2·H, 2·W]
struct Up {
  Parameter weight;
  Tensor operator()(const Tensor& x) const { return conv_transpose2d(x, weight, {}, {.stride = 2, .padding = 1}); }
};
Up up(std::int64_t in, std::int64_t out) { return {Parameter(randn({in, out, 4, 4}).value())}; }

struct Generator28 {
  std::int64_t width;
  nn::Linear first{noise, 4 * width * 7 * 7};
  nn::BatchNorm2d norm1{4 * width};
  Up up1 = up(4 * width, 2 * width);
  nn::BatchNorm2d norm2{2 * width};
  Up up2 = up(2 * width, 1);

  Tensor operator()(const Tensor& z) const {   // [N, 64] → [N, 1, 28, 28] in (−1, 1)
    const Tensor x = relu(norm1(reshape(first(z), {z.dim(0), 4 * width, 7, 7})));
    return tanh(up2(relu(norm2(up1(x)))));
  }
};

struct Critic {
  std::int64_t width;
  nn::Conv2d conv1{1, width, {.kernel = 4, .stride = 2, .padding = 1}};
  nn::Conv2d conv2{width, 2 * width, {.kernel = 4, .stride = 2, .padding = 1, .bias = false}};
  nn::BatchNorm2d norm{2 * width};
  nn::Linear last{2 * width * 7 * 7, 1};

  Tensor operator()(const Tensor& x) const {   // → logits [N, 1] of being real
    return last(flatten(leaky_relu(norm(conv2(leaky_relu(conv1(x), 0.2))), 0.2), 1));
  }
};

// As in the paper: normal with deviation 0.02, whatever has more than one dimension.
template <class Net>
void initialise(Net& net) {
  for (const NamedParameter& p : nn::parameters(net))
    if (p.leaf->value.rank() > 1) p.leaf->value = (0.02 * randn(p.leaf->value.shape())).value();
}

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  manual_seed(options.seed);
  support::Pictures train(support::pictures(data::Split::train, options, {.mean = 0.5, .deviation = 0.5}),   // −1 to 1, as tanh gives them
                          {.batch_size = options.batch, .shuffle = true, .drop_last = true});
  const std::string file = options.picture.empty() ? std::string(argv[0]) + ".png" : options.picture;

  Generator28 artist{.width = options.width};
  Critic critic{.width = options.width};
  initialise(artist), initialise(critic);
  optim::Adam adam_artist(nn::parameters(artist), {.lr = 2e-4, .betas = {0.5, 0.999}});
  optim::Adam adam_critic(nn::parameters(critic), {.lr = 2e-4, .betas = {0.5, 0.999}});
  const Shape answers{options.batch, 1};
  const Tensor same = randn({100, noise}), yes = full(answers, 0.9), no = zeros(answers), sure = ones(answers);

  std::printf(" epoch   critic's loss   artist's loss   real, it says   made, it says\n");
  for (long epoch = 1; epoch <= options.epochs; ++epoch) {
    double loss_critic = 0, loss_artist = 0, says_real = 0, says_made = 0;
    const double part = 1 / static_cast<double>(train.size());
    for (auto [real, label] : train) {
      const Tensor made = artist(randn({options.batch, noise}));
      const Tensor of_real = critic(real), of_made = critic(made.detach());
      const Tensor blame = nn::bce_with_logits(of_real, yes) + nn::bce_with_logits(of_made, no);
      adam_critic.zero_grad();
      blame.backward();
      adam_critic.step();

      const Tensor fooled = nn::bce_with_logits(critic(made), sure);
      adam_artist.zero_grad();
      fooled.backward();
      adam_artist.step();
      loss_critic += part * blame.item(), loss_artist += part * fooled.item();
      says_real += part * mean(sigmoid(of_real)).item(), says_made += part * mean(sigmoid(of_made)).item();
    }
    std::printf(" %5ld   %13.3f   %13.3f   %13.2f   %13.2f\n", epoch, loss_critic, loss_artist, says_real, says_made);
    std::fflush(stdout);
    const NoGrad guard;
    nn::eval(artist);
    data::save_image(0.5 * artist(same) + 0.5, file, {.nrow = 10});
    nn::train(artist);
  }
  std::printf("made of noise: %s\n", file.c_str());
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
