// says: gradus::nn cannot see into this class (it has a constructor or private members)
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>

using namespace gradus;

class Attention {
 public:
  explicit Attention(int n) : weight_(Array::zeros({n, n})) {}
  Tensor attend(const Tensor& q, const Tensor& k) const { return matmul(matmul(q, weight_), transpose(k)); }

 private:
  Parameter weight_;
};
struct Net {
  nn::Linear first{2, 2};
  Attention attention{2};
};

int main() {
  Net net;
  nn::parameters(net);
}
