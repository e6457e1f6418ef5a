// says: gradus::nn does not follow a pointer
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>

using namespace gradus;

struct Net {
  std::vector<nn::Linear*> layers;
};

int main() {
  Net net;
  nn::parameters(net);
}
