// Layers and networks of your own are plain structs: the members are the registration.
//
//   ./run example 04_custom_layer
//
// You should see the table of parameters with the names of the members, then a loss that falls from about 2 to about 0.001: the network
// learns to subtract, and a copy of it stays as it is when the original is changed.
#include <gradus/gradus.h>

#include <cstdio>
#include <iostream>
#include <vector>

using namespace gradus;

// A layer made of layers.
struct GatedBlock {
  nn::Linear data, gate;
  Tensor operator()(const Tensor& x) const { return data(x) * sigmoid(gate(x)); }
};

// A layer with a parameter of its own, a constructor and private members: one line lists the fields.
class Scale {
 public:
  explicit Scale(std::int64_t n) : factor_(Array::full({n}, 1)) {}
  Tensor operator()(const Tensor& x) const { return x * factor_.tensor(); }

 private:
  Parameter factor_;

 public:
  using Fields = nn::Fields<&Scale::factor_>;
};

struct Net {
  nn::Linear input{2, 16};
  Scale scale{16};
  std::vector<GatedBlock> blocks{{.data{16, 16}, .gate{16, 16}}, {.data{16, 16}, .gate{16, 16}}};
  nn::Linear output{16, 1};

  Tensor operator()(Tensor x) const {
    x = scale(relu(input(x)));
    for (const GatedBlock& block : blocks) x = x + block(x);
    return output(x);
  }
};

int main() {
  manual_seed(1);
  Net net;
  std::cout << nn::summary(net) << "\n";

  optim::AdamW adam(nn::parameters(net), {.lr = 1e-2});
  Generator points(2);
  for (int step = 0; step <= 300; ++step) {
    const Tensor x = randn({64, 2}, points);
    const Tensor target = slice(x, 1, 0, 1) - slice(x, 1, 1, 2);
    const Tensor loss = nn::mse_loss(net(x), target);
    adam.zero_grad();
    loss.backward();
    adam.step();
    if (step % 50 == 0) std::printf("step %3d   loss %.4f\n", step, loss.item());
  }

  // Copying a model is a deep copy: the copy learns nothing of what happens to the original afterwards.
  const Net copy = net;
  net.scale = Scale(16);
  const Tensor x = tensor({{3, 1}});
  std::printf("the copy says 3 - 1 = %.2f; with its scale put back, the original says %.2f\n", copy(x).item(), net(x).item());
}
