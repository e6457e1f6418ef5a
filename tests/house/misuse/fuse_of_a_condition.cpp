// says: fuse: the formula returns a number for each element
#include <gradus/autograd/creation.h>
#include <gradus/autograd/fuse.h>

using namespace gradus;

int main() {
  fuse([](auto x) { return x > 0; }, ones({2}));
}
