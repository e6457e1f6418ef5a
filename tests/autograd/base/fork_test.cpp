// A child of fork() finds the library usable, whatever other threads of the parent were in the middle of.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/dropout.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/data/loader/loader.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/tie.h>
#include <gradus/optim/rules/adam.h>

#include "support.h"

namespace gradus::fork_test {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define NEEDS_THREADS_IN_CHILDREN() GTEST_SKIP() << "sanitizers allow no new threads in the child of a fork, or have locks that may hang it"
#else
#define NEEDS_THREADS_IN_CHILDREN()
#endif

struct Threads {
  explicit Threads(int n) { set_threads(n); }
  ~Threads() { set_threads(before); }
  int before = num_threads();
};

// Threads that do something again and again until the end of the scope, but for pauses.
class Meanwhile {
 public:
  explicit Meanwhile(const std::vector<std::function<void()>>& works) {
    for (const auto& work : works) {
      threads_.emplace_back([this, work] {
        while (!stop_) {
          paused_.wait(true);
          work();
        }
      });
    }
  }
  ~Meanwhile() {
    stop_ = true;
    pause(false);
  }
  void pause(bool on) { paused_ = on, paused_.notify_all(); }

 private:
  std::atomic<bool> stop_ = false, paused_ = false;
  std::vector<std::jthread> threads_;
};

// Forks so often; each child does the work, in time. Every second one leaves through exit() and the destructors of static objects. The
// others are in the middle of something at each fork, and leave the cores to the child then.
void expect_children_to(int times, const std::function<bool()>& work, Meanwhile* others = nullptr) {
  for (int i = 0; i < times; ++i) {
    std::fflush(nullptr);
    if (others) {
      others->pause(false);
      std::this_thread::sleep_for(std::chrono::microseconds(200 + 130 * (i % 9)));
    }
    const pid_t child = fork();
    if (child == 0) {
      alarm(30);   // ends a child that hangs
      bool right = false;
      try {
        right = work();
      } catch (const std::exception& e) {
        std::fprintf(stderr, "child: %s\n", e.what());
      }
      if (i % 2 == 0) _exit(right ? 0 : 1);
      std::exit(right ? 0 : 1);
    }
    if (others) others->pause(true);
    ASSERT_GT(child, 0);
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "child " << i << ": status " << status;
  }
}

// Sizes that nobody has had before.
std::int64_t fresh_size() {
  static std::atomic<std::int64_t> next = 0;
  return 8 + next++ % 57;
}

struct Net {
  nn::Conv2d conv{3, 8, {.kernel = 3, .padding = 1}};
  nn::Dropout dropout{0.5};
  nn::Linear output{8 * 16 * 16, 4};
  Tensor operator()(const Tensor& x) const { return output(flatten(dropout(relu(conv(x))), 1)); }
};

struct Pictures {
  std::int64_t size() const { return 12; }
  std::tuple<Tensor, std::int64_t> get(std::int64_t i) const { return {randn({3, 16, 16}), i % 4}; }
};

bool trains(Net& net) {
  optim::Adam adam(nn::parameters(net));
  data::DataLoader loader(Pictures{}, {.batch_size = 6, .shuffle = true, .workers = 2});
  for (auto [image, label] : loader) {
    const Tensor loss = nn::cross_entropy(net(image), label);
    adam.zero_grad();
    loss.backward();
    adam.step();
    if (!std::isfinite(loss.item())) return false;
  }
  return true;
}

bool convolves(std::int64_t images, std::int64_t size, Dtype dtype = f32) {
  const Tensor x = variable(ones({images, 4, size, size}, dtype)), kernels = variable(ones({8, 4, 3, 3}, dtype));
  const Tensor y = conv2d(x, kernels, {}, {.padding = 1});
  sum(y).backward();
  return max(y).item() == 36 && max(kernels.grad()).item() == static_cast<double>(images * size * size);
}
bool multiplies(std::int64_t n, Dtype dtype = f64) {
  return max(matmul(ones({n, n}, dtype), ones({n, n}, dtype))).item() == static_cast<double>(n);
}
bool allocates() {
  for (int i = 0; i < 50; ++i) {
    const Tensor small = ones({100 + i}), large = ones({100'000 + 1000 * i});
    if (small.size(0) != 100 + i) return false;
  }
  return true;
}

TEST(Fork, WhileOthersAllocate) {
  NEEDS_THREADS_IN_CHILDREN();
  const Threads now(2);
  const std::function<void()> work = [] { pool::free(pool::allocate(1 << 20), 1 << 20); };
  Meanwhile others({work, work, work});
  expect_children_to(300, allocates, &others);
}

TEST(Fork, WhileOthersConvolve) {
  NEEDS_THREADS_IN_CHILDREN();
  const Threads now(2);
  convolves(1, 40);   // by a team, in this thread too
  const std::function<void()> small_batches = [] { convolves(1, fresh_size()); }, batches = [] { convolves(5, fresh_size()); },
                              doubles = [] { convolves(2, fresh_size(), f64); };
  Meanwhile others({small_batches, batches, doubles});
  expect_children_to(
      100, [] { return convolves(1, 40) && convolves(1, fresh_size() + 1) && convolves(6, 20) && convolves(3, 12, f64); }, &others);
}

TEST(Fork, WhileOthersMultiply) {
  NEEDS_THREADS_IN_CHILDREN();
  const Threads now(2);
  const std::function<void()> doubles = [] { multiplies(fresh_size()); }, floats = [] { multiplies(40 + fresh_size(), f32); };
  Meanwhile others({doubles, doubles, floats});
  expect_children_to(80, [] { return multiplies(12) && multiplies(90) && multiplies(300) && multiplies(128, f32); }, &others);
}

// Gradients that arrive at leaves which all threads share.
TEST(Fork, WhileOthersGoBackward) {
  NEEDS_THREADS_IN_CHILDREN();
  const Threads now(2);
  Parameter shared(Array::full({200'000}, 1));
  const std::function<void()> work = [&] { sum(shared * 2).backward(); };
  Meanwhile others({work, work, work});
  expect_children_to(60, [&] {
    shared.zero_grad();
    sum(shared * 3).backward();
    const Tensor g = shared.grad();
    return max(g).item() == 3 && -max(-g).item() == 3;
  }, &others);
}

// Tied weights, names, generators, layers that one thread may call at a time, loaders.
TEST(Fork, WhileOthersTrain) {
  NEEDS_THREADS_IN_CHILDREN();
  struct Tied {
    nn::Linear in{5, 5}, out{5, 5};
    nn::Tie tied{in.weight, out.weight};
  };
  const Threads now(2);
  Net net;
  const Tied model;
  const std::function<void()> train = [] {
    Net own;
    trains(own);
  };
  const std::function<void()> copy = [&] { const Tied another = model; };
  const std::function<void()> seed = [] { manual_seed(1), randn({3}); };
  const std::function<void()> call = [&] { net(ones({2, 3, 16, 16})); };
  Meanwhile others({train, copy, copy, seed, call});
  expect_children_to(60, [&] {
    Tied another = model;
    return trains(net) && another.in.weight.leaf() == another.out.weight.leaf();
  }, &others);
}

// The caller that a layer has in the parent is none of the child's.
TEST(Fork, WhileALayerHasACaller) {
  const nn::Buffer seen{Array::full({1}, 0)};
  const auto alone = seen.exclusive("Seen");
  expect_children_to(2, [&] {
    { const auto mine = seen.exclusive("Seen"); }
    const auto mine = seen.exclusive("Seen");
    try {
      const auto another = seen.exclusive("Seen");
      return false;
    } catch (const GraphError&) {
      return true;
    }
  });
  expect_error<GraphError>([&] { const auto another = seen.exclusive("Seen"); }, {"Seen", "two threads"});
}

// What the parent's other threads kept for themselves is lost to the child, and no idle memory of its.
TEST(Fork, WhileAnotherThreadKeepsMemory) {
  std::atomic<int> stage = 0;
  std::jthread other([&] {
    pool::free(pool::allocate(100'000), 100'000);
    stage = 1, stage.notify_all();
    stage.wait(1);
  });
  stage.wait(0);
  expect_children_to(2, [] {
    pool::release_cached();
    return pool::idle_bytes() == 0;
  });
  stage = 2, stage.notify_all();
}

}  // namespace gradus::fork_test
