// says: adds members to one whose walk it inherits
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>
#include <gradus/nn/model/sequential.h>

using namespace gradus;

struct Net : nn::Chain {
  using nn::Chain::Chain;
  nn::Linear head{2, 2};
};

int main() {
  Net net;
  nn::parameters(net);
}
