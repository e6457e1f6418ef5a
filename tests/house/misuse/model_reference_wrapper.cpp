// says: cannot see what this class of the standard library holds or refers to
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/model/module.h>

#include <functional>

using namespace gradus;

struct Net {
  nn::Embedding words{5, 3};
  std::reference_wrapper<nn::Embedding> same = words;
};

int main() {
  Net net;
  nn::parameters(net);
}
