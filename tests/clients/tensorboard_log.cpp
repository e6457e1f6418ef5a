// What TensorBoard is to read: train/logs/tensorboard_log.h.
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/train/logs/tensorboard_log.h>

#include "subject.h"

namespace clients {
namespace {

struct TwoLayers {
  gradus::nn::Linear hidden{2, 3}, output{3, 1};
  gradus::Tensor operator()(const gradus::Tensor& x) const { return output(relu(hidden(x))); }
};

const Subject tensorboard{"tensorboard_log", "FOLDER: a log, interrupted at step 4 and resumed after step 2", [](const Arguments& a) {
  using namespace gradus;
  {
    train::TensorBoardLog board(a.at(0));
    for (int step = 1; step <= 4; ++step) board.add("loss", step, 10 + step);
    board.flush();
    board.histogram("weights", 1, arange(0, 60, 1));
    board.picture("picture", 1, Tensor(Array::from(std::vector<std::uint8_t>{0, 50, 100, 150, 200, 255}, {1, 2, 3})));
    board.picture("colours", 1, full({3, 4, 5}, 0.5));
    board.text("options", 0, "lr = **0.1**");
    board.hparams({{"lr", "0.1"}, {"nesterov", "true"}, {"rule", "SGD"}}, {{"best", 0.25}}, 2);
    board.graph(TwoLayers(), ones({1, 2}));
  }
  train::TensorBoardLog board(a.at(0));
  board.resume(2);
  for (int step = 3; step <= 5; ++step) board.add("loss", step, 20 + step);
}};

}  // namespace
}  // namespace clients
