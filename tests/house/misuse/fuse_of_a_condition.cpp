// says: fuse: the formula returns a number for each element
#include <gradus/autograd/fuse.h>
#include <gradus/gradus.h>

using namespace gradus;

int main() {
  fuse([](auto x) { return x > 0; }, ones({2}));
}
