// Loops on several threads: who runs what, what does not depend on it, what becomes of errors; and the host program, whose threads
// and signals stay its own.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>

#include "support.h"

namespace gradus::threads_test {

using Ranges = std::set<std::pair<std::int64_t, std::int64_t>>;

// Leaves the number of threads as it found it.
struct Threads {
  explicit Threads(int n) { set_threads(n); }
  ~Threads() { set_threads(before); }
  int before = num_threads();
};

Ranges ranges_of(std::int64_t n, std::int64_t grain) {
  Ranges ranges;
  std::mutex mutex;
  parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    const std::lock_guard lock(mutex);
    ranges.emplace(begin, end);
  });
  return ranges;
}

TEST(ParallelFor, CoversEveryIndexOnce) {
  for (int threads : {1, 2, 3, 7}) {
    const Threads now(threads);
    for (std::int64_t n : {0, 1, 2, 3, 5, 1000, 1025, 100003}) {
      for (std::int64_t grain : {0, 1, 10, 1024, 40000}) {
        std::int64_t at = 0;
        for (const auto& [begin, end] : ranges_of(n, grain)) {
          ASSERT_EQ(begin, at);
          ASSERT_LT(begin, end);
          at = end;
        }
        ASSERT_EQ(at, n);
      }
    }
  }
}

TEST(ParallelFor, RangesAreAsLongAsPromised) {
  const Threads now(2);
  EXPECT_EQ(ranges_of(10, 10), (Ranges{{0, 10}}));
  EXPECT_EQ(ranges_of(2, 1), (Ranges{{0, 1}, {1, 2}}));
  EXPECT_EQ(ranges_of(30, 10).size(), 2u);         // three would leave one thread with two
  EXPECT_EQ(ranges_of(1'000'000, 10).size(), 4u);
  for (const auto& [begin, end] : ranges_of(100'000, 5000)) EXPECT_EQ(begin % 64, 0);
}

TEST(ParallelFor, InsideAnotherItIsOneRange) {
  const Threads now(2);
  EXPECT_FALSE(in_parallel_for());
  std::atomic<int> calls = 0, inside = 0;
  parallel_for(8, 1, [&](std::int64_t begin, std::int64_t end) {
    for (; begin < end; ++begin) {
      inside += in_parallel_for();
      parallel_for(1000, 1, [&](std::int64_t b, std::int64_t e) { calls += b == 0 && e == 1000; });
    }
  });
  EXPECT_EQ(calls, 8);
  EXPECT_EQ(inside, 8);
  EXPECT_FALSE(in_parallel_for());
}

// The first range's error is the one that arrives, whichever comes first in time, and the workers are there for the next loop.
TEST(ParallelFor, PassesExceptionsOn) {
  const Threads now(3);
  for (int i = 0; i < 100; ++i) {
    expect_error<ValueError>(
        [] { parallel_for(1000, 1, [](std::int64_t begin, std::int64_t) { fail<ValueError>("range at ", begin, "!"); }); },
        {"range at 0!"});
    expect_error<ShapeError>([] { parallel_for(3, 1, [](std::int64_t begin, std::int64_t) { if (begin > 0) fail<ShapeError>(begin); }); },
                             {"1"});
    ASSERT_EQ(ranges_of(6, 1).size(), 6u);
    ASSERT_FALSE(in_parallel_for());
  }
}

// A worker that is held up in its first range costs that range: the calling thread does all the others meanwhile.
TEST(ParallelFor, ASlowThreadCostsItsOwnShare) {
  const Threads now(2);
  const auto caller = std::this_thread::get_id();
  int by_worker = 0;
  for (int i = 0; i < 100; ++i) {
    std::atomic<int> left = 4;
    std::atomic<bool> late = false, met = false;
    parallel_for(4, 1, [&](std::int64_t, std::int64_t) {
      const auto start = std::chrono::steady_clock::now();
      const bool worker = std::this_thread::get_id() != caller;
      --left;
      if (worker) met = true;
      while (worker && left > 0 && !late) late = std::chrono::steady_clock::now() - start > std::chrono::seconds(20);
      if (!worker && i % 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));   // time for a worker to wake up
    });
    ASSERT_FALSE(late);
    by_worker += met;
  }
  EXPECT_GT(by_worker, 0);
}

// Another thread's loop has the workers: the same ranges, in order, by the calling thread.
TEST(ParallelFor, SeveralCallersAtOnce) {
  const Threads now(3);
  const Ranges expected = ranges_of(100'000, 100);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] {
        for (int k = 0; k < 200; ++k) wrong += ranges_of(100'000, 100) != expected;
      });
    }
  }
  EXPECT_EQ(wrong, 0);

  parallel_for(6, 1, [&](std::int64_t, std::int64_t) {
    std::jthread([&] {
      const auto me = std::this_thread::get_id();
      parallel_for(100'000, 100, [&](std::int64_t, std::int64_t) { wrong += std::this_thread::get_id() != me; });
      wrong += ranges_of(100'000, 100) != expected;
    });
  });
  EXPECT_EQ(wrong, 0);
}

TEST(ParallelFor, NoMoreThreadsThanAskedFor) {
  for (int n : {4, 2, 3, 1}) {
    const Threads now(n);
    std::set<std::thread::id> seen;
    std::mutex mutex;
    for (int i = 0; i < 50; ++i) {
      parallel_for(64, 1, [&](std::int64_t, std::int64_t) {
        std::this_thread::sleep_for(std::chrono::microseconds(20));
        const std::lock_guard lock(mutex);
        seen.insert(std::this_thread::get_id());
      });
    }
    EXPECT_LE(seen.size(), static_cast<std::size_t>(n));
    EXPECT_GE(seen.size(), n > 1 ? 2u : 1u);
  }
}

TEST(ParallelFor, ThreadCountIsChecked) {
  expect_error<ValueError>([] { set_threads(0); }, {"set_threads", "at least 1", "0"});
  expect_error<ValueError>([] { set_threads(70'000); }, {"set_threads", "at most 1024", "70000"});
  const Threads now(1);
  EXPECT_EQ(num_threads(), 1);
}

TEST(ThreadsDeathTest, NumberComesFromTheEnvironment) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");   // each a new process
  unsetenv("OMP_NUM_THREADS");
  setenv("GRADUS_NUM_THREADS", "17", 1);
  EXPECT_EXIT(std::exit(num_threads()), testing::ExitedWithCode(17), "");
  setenv("OMP_NUM_THREADS", "19,2", 1);
  EXPECT_EXIT(std::exit(num_threads()), testing::ExitedWithCode(17), "");
  for (const char* not_a_number_of_threads : {"many", "0", "-3", "1025", "70000", "99999999999999999999"}) {
    setenv("GRADUS_NUM_THREADS", not_a_number_of_threads, 1);
    EXPECT_EXIT(std::exit(num_threads()), testing::ExitedWithCode(19), "") << not_a_number_of_threads;
  }
  unsetenv("GRADUS_NUM_THREADS");
  unsetenv("OMP_NUM_THREADS");
}

// With address space for some ten threads more. Says in its exit status whether all went well.
[[noreturn]] void work_in_little_space() {
  alarm(60);
  set_threads(300);
  std::ifstream pages("/proc/self/statm");
  rlim_t now = 0;
  pages >> now;
  const rlim_t space = now * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (rlim_t{128} << 20);   // ten stacks and a little
  const rlimit limit{space, space};
  setrlimit(RLIMIT_AS, &limit);
  std::set<std::thread::id> seen;
  std::mutex mutex;
  for (int i = 0; i < 20; ++i) {
    parallel_for(600, 1, [&](std::int64_t, std::int64_t) {
      const std::lock_guard lock(mutex);
      seen.insert(std::this_thread::get_id());
    });
  }
  const Tensor y = conv2d(ones({1, 8, 40, 40}), ones({8, 8, 3, 3}), {}, {.padding = 1});
  std::exit(max(y).item() == 72 && ranges_of(300, 1).size() == 300 && seen.size() < 100 ? 7 : 1);
}

// Where the system gives fewer threads than set_threads allows, loops and convolutions use those.
TEST(ThreadsDeathTest, FewerWhereTheSystemGivesFewer) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need more address space than this test leaves";
#endif
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  setenv("OPENBLAS_NUM_THREADS", "1", 1);   // its threads try for ever to get space for a buffer
  EXPECT_EXIT(work_in_little_space(), testing::ExitedWithCode(7), "");
  unsetenv("OPENBLAS_NUM_THREADS");
}

// Workers live to the end of the process, beyond static objects.
TEST(ThreadsDeathTest, LoopsRunUntilTheVeryEnd) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  struct Late {
    ~Late() { if (ranges_of(1000, 1).size() != 8) _exit(1); }
  };
  EXPECT_EXIT(
      {
        static Late late;
        set_threads(4);
        ranges_of(1000, 1);
        std::exit(7);
      },
      testing::ExitedWithCode(7), "");
}

TEST(Threads, ChildOfAForkHasItsOwn) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "the thread sanitizer allows no new threads in the child of a fork";
#endif
  const Threads now(3);
  const Tensor a = full({200, 200}, 1, f64), b = full({200, 200}, 2, f64);
  const auto work = [&] {
    for (int i = 0; i < 50; ++i) {
      if (ranges_of(1000, 1).size() != 6 || max(matmul(a, b)).item() != 400) return false;
    }
    return true;
  };
  ASSERT_TRUE(work());
  std::atomic<bool> stop = false;
  std::jthread other([&] { while (!stop) parallel_for(1000, 1, [](std::int64_t, std::int64_t) {}); });   // forks find a loop under way
  for (int i = 0; i < 5; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);   // ends a child that hangs
      _exit(work() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    ASSERT_TRUE(work());
  }
  stop = true;
}

TEST(Threads, SignalsAreForTheHostsThreads) {
  const Threads now(3);
  const auto caller = std::this_thread::get_id();
  std::atomic<int> open = 0;
  for (int i = 0; i < 50; ++i) {
    parallel_for(64, 1, [&](std::int64_t, std::int64_t) {
      sigset_t blocked;
      pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
      open += std::this_thread::get_id() != caller && !sigismember(&blocked, SIGTERM);
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    });
  }
  EXPECT_EQ(open, 0);
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  EXPECT_FALSE(sigismember(&blocked, SIGTERM));
}

}  // namespace gradus::threads_test
