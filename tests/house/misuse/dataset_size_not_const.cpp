// says: DataLoader: dataset.size() must work for a const dataset; declare the function const
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/data/loader/loader.h>

using namespace gradus;

struct Numbers {
  std::int64_t size() { return 3; }
  Tensor get(std::int64_t) const { return ones({2}); }
};

int main() {
  data::DataLoader loader(Numbers{}, {.batch_size = 2});
  for (const Tensor& batch : loader) sum(batch);
}
