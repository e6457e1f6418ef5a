// In a steady training loop our code never asks the system for memory. Every operator new of the process is counted here, but for those
// called from inside oneDNN, OpenBLAS and OpenMP, which are not ours to mend.
#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <sstream>

#include <gradus/gradus.h>
#include <gtest/gtest.h>

namespace {

std::atomic<bool> counting{false};
std::atomic<int> allocations{0};

bool from_a_library_below(const void* caller) {
  Dl_info info;
  if (!dladdr(caller, &info) || !info.dli_fname) return false;
  const std::string_view object = info.dli_fname;
  for (const std::string_view name : {"libdnnl", "libopenblas", "libgomp"})
    if (object.find(name) != object.npos) return true;
  return false;
}

}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void* operator new(std::size_t bytes) {
  if (counting && !from_a_library_below(__builtin_return_address(0))) ++allocations;
  if (void* block = std::malloc(bytes)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
constexpr bool can_count = true;
#else
constexpr bool can_count = false;
#endif

namespace gradus {
namespace {

struct Net {   // the demo's
  nn::Linear first{784, 512}, second{512, 256}, output{256, 10};
  Tensor operator()(const Tensor& image) const { return output(relu(second(relu(first(flatten(image, 1)))))); }
};

data::IdxImages pictures(std::int64_t n) {
  Array images({n, 28, 28}, u8), labels({n}, u8);
  for (std::int64_t i = 0; i < images.size(); ++i) images.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * 31 % 251);
  for (std::int64_t i = 0; i < n; ++i) labels.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i % 10);
  return data::IdxImages(images, labels);
}

// Allocations of the operator and blocks from the system in the second half of the third epoch.
int steady_allocations(int workers) {
  Net net;
  optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
  data::DataLoader loader(pictures(64 * 20), {.batch_size = 64, .shuffle = true, .workers = workers});
  std::int64_t blocks = 0;
  for (int epoch = 0; epoch < 3; ++epoch) {
    int step = 0;
    for (auto [image, label] : loader) {
      if (epoch == 2 && ++step == 10) {
        blocks = pool::blocks_from_system();
        allocations = 0;
        counting = true;
      }
      const Tensor logits = net(image);
      const Tensor loss = nn::cross_entropy(logits, label);
      adam.zero_grad();
      loss.backward();
      adam.step();
    }
  }
  counting = false;
  return allocations + static_cast<int>(pool::blocks_from_system() - blocks);
}

TEST(Allocation, TheCounterCounts) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns operator new";
  counting = true;
  allocations = 0;
  delete new std::string(100, 'x');
  counting = false;
  EXPECT_GE(allocations, 1);
}

TEST(Allocation, ATrainingStepAsksTheSystemForNothing) {
  if (!can_count) GTEST_SKIP() << "a sanitizer owns operator new";
  EXPECT_EQ(steady_allocations(0), 0);
  EXPECT_EQ(steady_allocations(1), 0);
}

}  // namespace
}  // namespace gradus
