// says: DataLoader: a dataset gives sample number i: dataset.get(i)
#include <gradus/data/loader/loader.h>

using namespace gradus;

struct Numbers {
  std::int64_t size() const { return 3; }
};

int main() {
  data::DataLoader loader(Numbers{}, {.batch_size = 2});
}
