// says: a member that has parameters is not in this struct's list of fields
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>

using namespace gradus;

struct Net {
  nn::Linear first{2, 2}, second{2, 2};
  double slope = 0.1;
  using Fields = nn::Fields<&Net::first>;
};

int main() {
  Net net;
  nn::parameters(net);
}
