// says: fuse: what follows the formula are tensors
#include <gradus/autograd/creation.h>
#include <gradus/autograd/fuse.h>

using namespace gradus;

int main() {
  fuse([](auto x, auto a) { return a * x; }, ones({2}), 2.0);
}
