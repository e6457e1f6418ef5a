// says: cannot see what this class of the standard library holds or refers to
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>

#include <memory>

using namespace gradus;

struct Net {
  std::weak_ptr<nn::Linear> elsewhere;
};

int main() {
  Net net;
  nn::parameters(net);
}
