// A PyTorch training script, migrated line by line: above each piece of C++ the Python that it was.
//
//   ./run example 11_from_pytorch                    (--epochs, --limit, --data, --file as in the other examples)
//
// You should see the loss fall and the accuracy on unseen pictures rise to about 0.86 in three epochs, and the same accuracy again from the
// weights that were saved; Python reads that file by safetensors.torch.load_file(). What is called otherwise, and what behaves otherwise,
// is in docs/from_pytorch.md.
#include <gradus/gradus.h>

#include <cstdio>

#include "support/arguments.h"
#include "support/report.h"

// import torch, torch.nn as nn, torch.nn.functional as F
using namespace gradus;

// class Net(nn.Module):
//     def __init__(self):
//         super().__init__()
//         self.conv = nn.Conv2d(1, 8, 3, stride=2, padding=1)
//         self.norm = nn.BatchNorm2d(8)
//         self.drop = nn.Dropout(0.1)
//         self.fc1 = nn.Linear(8 * 14 * 14, 64)
//         self.fc2 = nn.Linear(64, 10)
//     def forward(self, x):
//         x = F.relu(self.norm(self.conv(x)))
//         x = self.drop(torch.flatten(x, 1))
//         return self.fc2(F.relu(self.fc1(x)))
struct Net {
  nn::Conv2d conv{1, 8, {.kernel = 3, .stride = 2, .padding = 1}};
  nn::BatchNorm2d norm{8};
  nn::Dropout drop{0.1};
  nn::Linear fc1{8 * 14 * 14, 64};
  nn::Linear fc2{64, 10};

  Tensor operator()(Tensor x) const {
    x = relu(norm(conv(x)));
    x = drop(flatten(x, 1));
    return fc2(relu(fc1(x)));
  }
};

// @torch.no_grad()
// def evaluate(net, loader):
//     net.eval()
//     right = sum((net(x).argmax(1) == y).sum().item() for x, y in loader)
//     net.train()
//     return right / len(loader.dataset)
double evaluate(Net& net, support::Images& loader) {
  const NoGrad no_grad;
  nn::eval(net);
  double right = 0;
  for (auto [x, y] : loader) right += nn::accuracy(net(x), y) * static_cast<double>(y.size());
  nn::train(net);
  return right / static_cast<double>(loader.samples());
}

struct Options {
  std::int64_t epochs = 3;
  std::uint64_t seed = 0;
  std::int64_t batch = 64;
  std::string data;
  std::int64_t limit = 10000;
  std::string file = "net.safetensors";

  void describe(Describe& is) const { is(range::at_least_zero, epochs, limit); }
};

int main(int argc, char** argv) try {
  const auto options = support::arguments<Options>(argc, argv);
  // torch.manual_seed(0)
  manual_seed(options.seed);

  // train = DataLoader(FashionMNIST(root, train=True, transform=...), batch_size=64, shuffle=True, num_workers=1)
  // test = DataLoader(FashionMNIST(root, train=False, transform=...), batch_size=500)
  auto [train, test] = support::fashion_mnist(options);   // two data::DataLoader, the first with .shuffle = true, .workers = 1

  // net = Net()
  Net net;

  // decay = [p for p in net.parameters() if p.dim() > 1]
  // rest = [p for p in net.parameters() if p.dim() <= 1]
  Parameters decay, rest;
  for (const NamedParameter& p : nn::parameters(net)) (p.leaf->value.shape().rank() > 1 ? decay : rest).push_back(p);

  // optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}], lr=4e-3)
  optim::AdamW optimizer({{.params = decay, .options = {.lr = 4e-3, .weight_decay = 0.05}},
                          {.params = rest, .options = {.lr = 4e-3, .weight_decay = 0}}});

  // epochs, steps = 3, len(train)
  const std::int64_t epochs = options.epochs, steps = train.size();

  // scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, epochs=epochs, steps_per_epoch=steps)
  optim::OneCycleLR scheduler(optimizer, {.max_lr = 4e-3, .epochs = epochs, .steps_per_epoch = steps});

  // for epoch in range(epochs):
  for (int epoch = 0; epoch < epochs; ++epoch) {
    // total = 0.0
    double total = 0;
    // for x, y in train:
    for (auto [x, y] : train) {
      // loss = F.cross_entropy(net(x), y, label_smoothing=0.1)
      const Tensor loss = nn::cross_entropy(net(x), y, {.label_smoothing = 0.1});
      // optimizer.zero_grad()
      optimizer.zero_grad();
      // loss.backward()
      loss.backward();
      // torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
      optim::clip_grad_norm(nn::parameters(net), 1.0);
      // optimizer.step()
      optimizer.step();
      // scheduler.step()
      scheduler.step();
      // total += loss.item()
      total += loss.item();
    }
    // print(f"epoch {epoch}: loss {total / steps:.4f}, accuracy {evaluate(net, test):.4f}")
    std::printf("epoch %d: loss %.4f, accuracy %.4f\n", epoch, total / static_cast<double>(steps), evaluate(net, test));
  }

  // safetensors.torch.save_file(net.state_dict(), "net.safetensors")
  nn::save(net, options.file);
  // torch.save({"optimizer": optimizer.state_dict()}, "optimizer.pt")
  optimizer.save("optimizer.safetensors");

  // net = Net(); net.load_state_dict(safetensors.torch.load_file("net.safetensors"))
  Net loaded;
  nn::load(loaded, options.file);
  // print(f"loaded: accuracy {evaluate(net, test):.4f}")
  std::printf("loaded: accuracy %.4f\n", evaluate(loaded, test));
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
