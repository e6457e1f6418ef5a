// set_flush_denormal: denormal numbers count as zeros in the calling thread and in ours that work for it, and nowhere else.
#include <limits>
#include <thread>

#include <gradus/autograd/base/denormal.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>

#include "support.h"

namespace gradus::denormal_test {

constexpr double tiny = 1e-39;   // denormal in f32

// Leaves both settings as it found them.
struct Settings {
  Settings(int threads, bool flush) {
    set_threads(threads);
    set_flush_denormal(flush);
  }
  ~Settings() {
    set_threads(threads_before);
    set_flush_denormal(flush_before);
  }
  int threads_before = num_threads();
  bool flush_before = flush_denormal();
};

// How many elements of f() are zeros when it runs with this setting. Compared without it: for a thread that flushes, a denormal number
// equals 0.
template <class F>
std::int64_t zeros_of(bool flush, F&& f) {
  set_flush_denormal(flush);
  const Array y = f().value().as_contiguous();
  set_flush_denormal(false);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < y.size(); ++i) count += y.data<float>()[i] == 0;
  return count;
}

bool supported() {
  const bool before = flush_denormal(), answer = set_flush_denormal(true);
  set_flush_denormal(before);
  return answer;
}

TEST(FlushDenormal, IsASettingOfTheThread) {
  if (!supported()) GTEST_SKIP() << "not on this processor";
  const Settings now(1, false);
  EXPECT_FALSE(flush_denormal());
  EXPECT_TRUE(set_flush_denormal(true));
  EXPECT_TRUE(flush_denormal());
  bool inherited = false, other = true;
  std::thread([&] {
    inherited = flush_denormal();
    set_flush_denormal(false);
    other = flush_denormal();
  }).join();
  EXPECT_TRUE(inherited);
  EXPECT_FALSE(other);
  EXPECT_TRUE(flush_denormal());
  EXPECT_TRUE(set_flush_denormal(false));
  EXPECT_FALSE(flush_denormal());
}

TEST(FlushDenormal, OperandsAndResults) {
  if (!supported()) GTEST_SKIP() << "not on this processor";
  const Settings now(1, false);
  const Tensor small = full({1000}, tiny), smallest = full({1000}, std::numeric_limits<float>::min());
  EXPECT_EQ(zeros_of(false, [&] { return small * 2; }), 0);
  EXPECT_EQ(zeros_of(true, [&] { return small * 1e10; }), 1000);     // an operand: the product is no denormal number
  EXPECT_EQ(zeros_of(false, [&] { return smallest / 2; }), 0);
  EXPECT_EQ(zeros_of(true, [&] { return smallest / 2; }), 1000);     // a result
  EXPECT_EQ(zeros_of(true, [&] { return smallest * 1; }), 0);
}

// Now and later: threads that were there before the setting changed, and such as are started afterwards.
TEST(FlushDenormal, ReachesTheThreadsOfLoops) {
  if (!supported()) GTEST_SKIP() << "not on this processor";
  constexpr std::int64_t n = 200'000;
  const Tensor small = full({n}, tiny);
  for (const int threads : {2, 5, 3}) {
    const Settings now(threads, false);
    for (int i = 0; i < 20; ++i) {
      const bool flush = i % 2 != 0;
      ASSERT_EQ(zeros_of(flush, [&] { return small * 2; }), flush ? n : 0) << threads;
      std::int64_t of_another = -1;   // a thread that flushes has no influence on another one's loops
      set_flush_denormal(flush);
      std::thread([&] { of_another = zeros_of(!flush, [&] { return small * 2; }); }).join();
      ASSERT_EQ(of_another, flush ? 0 : n);
    }
  }
}

// Products by the threads of loops; convolutions of few images by an OpenMP team of oneDNN's.
TEST(FlushDenormal, ReachesProductsAndConvolutions) {
  if (!supported()) GTEST_SKIP() << "not on this processor";
  const Settings now(2, false);
  const Tensor rows = full({400, 400}, tiny), one = eye(400), image = full({1, 16, 40, 40}, tiny), images = full({32, 16, 12, 12}, tiny),
               kernels = ones({16, 16, 3, 3});
  for (int i = 0; i < 6; ++i) {
    const bool flush = i % 2 != 0;
    const auto all = [&](const Tensor& y) { return flush ? y.numel() : 0; };
    EXPECT_EQ(zeros_of(flush, [&] { return matmul(rows, one); }), all(rows));
    EXPECT_EQ(zeros_of(flush, [&] { return conv2d(image, kernels, {}, {.padding = 1}); }), all(image));
    EXPECT_EQ(zeros_of(flush, [&] { return conv2d(images, kernels, {}, {.padding = 1}); }), all(images));
  }
}

}  // namespace gradus::denormal_test
