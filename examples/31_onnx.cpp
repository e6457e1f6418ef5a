// A network that was trained here runs elsewhere: two spirals are learned, the network goes to spirals.onnx, and onnxruntime (in Python,
// 31_onnx.py, ten lines) or gradus itself reads it.
//
//   ./run example 31_onnx && python3 examples/31_onnx.py spirals.onnx           (onnxruntime from pip)
//
// You should see the accuracy on points that were not trained on, about 0.99, and that what comes out of the file says the same.
#include <gradus/gradus.h>

#include <cstdio>

using namespace gradus;

struct Net {
  nn::Linear first{2, 64}, second{64, 64}, output{64, 2};
  nn::BatchNorm1d norm{64};
  Tensor operator()(const Tensor& x) const { return output(relu(norm(second(relu(first(x)))))); }
};

int main(int argc, char** argv) {
  const std::string file = argc > 1 ? argv[1] : "spirals.onnx";
  manual_seed(1);
  const auto training = data::two_spirals(1000, {.noise = 0.01, .seed = 1});
  const auto unseen = data::two_spirals(1000, {.noise = 0.01, .seed = 2});
  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 1e-2});
  data::DataLoader loader(training, {.batch_size = 100, .shuffle = true});
  for (int epoch = 0; epoch < 40; ++epoch)
    for (auto [point, arm] : loader) {
      adam.zero_grad();
      nn::cross_entropy(net(point), arm).backward();
      adam.step();
    }
  nn::eval(net);
  const Tensor logits = no_grad([&] { return net(unseen.tensor(0)); });
  std::printf("accuracy on unseen points %.3f\n", nn::accuracy(logits, unseen.tensor(1)));

  // The sample says what the input looks like; batches may have any size.
  nn::export_onnx(file, net, zeros({2, 2}), {.input_names = {"point"}, .output_names = {"logits"}});
  const nn::OnnxModel read = nn::load_onnx(file);
  const Tensor again = no_grad([&] { return read(unseen.tensor(0)); });
  std::printf("%s read again: the largest difference is %.0e\n", file.c_str(), max(abs(again - logits)).item());
}
