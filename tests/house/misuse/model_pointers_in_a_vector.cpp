// says: gradus::nn does not follow a pointer
#include <gradus/gradus.h>

using namespace gradus;

struct Net {
  std::vector<nn::Linear*> layers;
};

int main() {
  Net net;
  nn::parameters(net);
}
