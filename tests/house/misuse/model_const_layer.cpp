// says: gradus::nn: a constant member is not trained, loaded or put into evaluation
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>

using namespace gradus;

struct Net {
  const nn::Linear first{2, 2};
  nn::Linear second{2, 2};
};

int main() {
  Net net;
  nn::parameters(net);
}
