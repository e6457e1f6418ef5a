// says: gradus::nn sees the base class alone behind this pointer
#include <gradus/nn/model/module.h>

using namespace gradus;

struct Expert {
  virtual Tensor operator()(const Tensor& x) const = 0;
  virtual ~Expert() = default;
};
struct Net {
  std::unique_ptr<Expert> expert;
};

int main() {
  Net net;
  nn::parameters(net);
}
