// says: gradus::nn does not follow a pointer, since it does not say whose the layer is
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/model/module.h>

using namespace gradus;

struct Net {
  nn::Embedding words{5, 3};
  nn::Embedding* same = &words;
};

int main() {
  Net net;
  nn::parameters(net);
}
