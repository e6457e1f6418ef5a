// says: gradus::nn cannot tell this struct's members (a base class, a reference
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/model/module.h>

using namespace gradus;

struct Head {
  nn::Embedding& words;
};
struct Net {
  nn::Embedding words{5, 3};
  Head head{words};
};

int main() {
  Net net;
  nn::parameters(net);
}
