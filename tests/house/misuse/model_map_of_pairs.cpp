// says: gradus::nn: a map's key is part of the name of its parameters
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>

#include <map>

using namespace gradus;

struct Net {
  std::map<std::pair<int, int>, nn::Linear> heads;
};

int main() {
  Net net;
  nn::parameters(net);
}
