// The job compile: a whole training program of twenty lines, as a user writes it. Only compiled.
#include <torch/torch.h>

struct Net : torch::nn::Module {
  torch::nn::Linear hidden{784, 128}, output{128, 10};
  Net() { register_module("hidden", hidden), register_module("output", output); }
  torch::Tensor forward(torch::Tensor image) { return output(torch::relu(hidden(image.flatten(1)))); }
};

int main() {
  Net net;
  torch::optim::Adam adam(net.parameters(), 1e-3);
  auto images = torch::data::datasets::MNIST("fashion-mnist").map(torch::data::transforms::Stack<>());
  auto loader = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(std::move(images), 64);
  for (const auto& batch : *loader) {
    const torch::Tensor loss = torch::cross_entropy_loss(net.forward(batch.data), batch.target);
    adam.zero_grad();
    loss.backward();
    adam.step();
  }
}
