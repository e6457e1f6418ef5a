// says: keepdim comes after them, sum(x, 1, true)
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>

using namespace gradus;

int main() {
  sum(ones({2, 3}), true);
}
