// says: fuse: the formula takes one argument of any type for each tensor
#include <gradus/autograd/creation.h>
#include <gradus/autograd/fuse.h>

using namespace gradus;

int main() {
  fuse([](double x) { return x * x; }, ones({2}));
}
