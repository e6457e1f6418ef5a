// says: is_invocable_v
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/observe.h>

using namespace gradus;

int main() {
  nn::Linear net{2, 2};
  const nn::Hook hook = nn::register_forward_hook(net, "", [](const Tensor&) {});   // a hook takes a const nn::Called&
}
