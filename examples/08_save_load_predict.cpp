// Train a little, save the network, load it into a fresh one, and let that one name some pictures.
//
//   ./run example 08_save_load_predict
//   ./run example 08_save_load_predict --file net.safetensors --data /path/to/the/four/idx/files
//
// You should see two equal accuracies, about 0.85, before saving and after loading; then three pictures of clothes with the network's
// opinion. The file is a safetensors file with PyTorch's names: Python reads it by safetensors.torch.load_file("net.safetensors").
#include <gradus/gradus.h>

#include <cstdio>

#include "support/arguments.h"
#include "support/report.h"

using namespace gradus;

struct Net {
  nn::Linear hidden{784, 128}, output{128, 10};
  Tensor operator()(const Tensor& image) const { return output(relu(hidden(flatten(image, 1)))); }
};

// 28x28 bytes, two rows of the picture in a line of text.
void draw(std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view shades = " .:-=+*#%@";
  for (int row = 0; row < 28; row += 2) {
    std::printf("    ");
    for (int column = 0; column < 28; ++column) {
      const int grey = (bytes[row * 28 + column] + bytes[(row + 1) * 28 + column]) / 2;
      std::putchar(shades[grey * shades.size() / 256]);
    }
    std::putchar('\n');
  }
}

struct Options {
  std::string file = "fashion.safetensors";
  std::uint64_t seed = 1;
  std::int64_t batch = 64;
  std::string data;
  std::int64_t limit = 0;

  void describe(Describe& is) const { is(range::at_least_zero, limit); }
};

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  manual_seed(options.seed);
  auto [train, test] = support::fashion_mnist(options);

  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
  for (auto [image, label] : progress(train, "training")) {
    const Tensor loss = nn::cross_entropy(net(image), label);
    adam.zero_grad();
    loss.backward();
    adam.step();
  }
  std::printf("accuracy after training:  %.4f\n", support::test(net, test).accuracy);
  nn::save(net, options.file);

  Net fresh;
  std::printf("accuracy of a fresh one:  %.4f\n", support::test(fresh, test).accuracy);
  nn::load(fresh, options.file);
  std::printf("accuracy after loading:   %.4f   (from %s)\n", support::test(fresh, test).accuracy, options.file.c_str());

  const NoGrad guard;
  const data::IdxImages& images = test.dataset();
  for (const std::int64_t i : {0, 2, 9}) {
    const auto [image, label] = images.get(i);
    const Tensor chance = softmax(fresh(unsqueeze(image, 0)));
    const auto guess = argmax(chance).item<std::int64_t>();
    std::printf("\n");
    draw(images.bytes().span<std::uint8_t>().subspan(i * 784, 784));
    std::printf("    the network says %s (%.0f %%), and it is a %s\n", support::clothes[guess].c_str(), 100 * max(chance).item(),
                support::clothes[label].c_str());
  }
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
