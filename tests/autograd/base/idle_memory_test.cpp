// What the pool keeps of memory that nobody uses: one limit for all sizes and threads, the coldest sizes go first.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

#include <gradus/autograd/base/random.h>

#include "support.h"

namespace gradus::idle_memory_test {

constexpr std::int64_t MiB = 1 << 20;

#if defined(__SANITIZE_ADDRESS__)
#define NEEDS_A_POOL_THAT_KEEPS() GTEST_SKIP() << "the pool keeps nothing under this sanitizer"
#else
#define NEEDS_A_POOL_THAT_KEEPS()
#endif

struct IdleLimit {
  explicit IdleLimit(std::optional<std::int64_t> bytes) {
    pool::release_cached();
    asleep = pool::idle_bytes();
    pool::set_idle_limit(bytes);
  }
  ~IdleLimit() {
    pool::set_idle_limit({});
    pool::release_cached();
  }
  std::int64_t asleep;   // bytes that threads of earlier tests keep for themselves, which will not free anything meanwhile
};

// A block for as long as it lives.
class Block {
 public:
  explicit Block(std::int64_t bytes) : bytes_(static_cast<std::size_t>(bytes)), block_(pool::allocate(bytes_)) {}
  Block(Block&& o) noexcept : bytes_(o.bytes_), block_(std::exchange(o.block_, nullptr)) {}
  Block& operator=(Block&& o) noexcept {
    std::swap(bytes_, o.bytes_), std::swap(block_, o.block_);
    return *this;
  }
  ~Block() { pool::free(block_, bytes_); }
  void touch() { std::memset(block_, 1, bytes_); }

 private:
  std::size_t bytes_;
  void* block_;
};

void use(std::int64_t bytes, int times = 1) {
  for (int i = 0; i < times; ++i) Block block(bytes);
}
std::int64_t asked_for(std::int64_t bytes) {   // of the system, to get one block
  const std::int64_t before = pool::blocks_from_system();
  use(bytes);
  return pool::blocks_from_system() - before;
}

// Sizes from 16 bytes to 32 MiB, as likely small as large; some live on, others go at once.
class RandomShapes {
 public:
  RandomShapes(std::uint64_t seed, std::size_t alive) : random_(seed), alive_(alive) {}
  void step() {
    const auto power = static_cast<int>(4 + random_.below(21));
    const std::int64_t bytes = std::int64_t{1} << power;
    alive_blocks_.emplace_back(bytes + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(bytes))));
    if (alive_blocks_.size() < alive_) return;
    std::swap(alive_blocks_[random_.below(alive_)], alive_blocks_.back());
    alive_blocks_.pop_back();
  }

 private:
  Generator random_;
  std::size_t alive_;
  std::vector<Block> alive_blocks_;
};

TEST(IdleMemory, OfRandomShapesStaysWithinTheLimit) {
  for (const std::int64_t limit : {std::int64_t{0}, 100'000l, 10 * MiB, 300 * MiB}) {
    const IdleLimit now(limit);
    EXPECT_EQ(pool::idle_limit(), limit);
    RandomShapes shapes(7, 40);
    for (int i = 0; i < 4000; ++i) {
      shapes.step();
      ASSERT_LE(pool::idle_bytes(), limit + now.asleep);
    }
  }
}

TEST(IdleMemory, OfManyThreadsStaysWithinTheLimit) {
  constexpr std::int64_t limit = 20 * MiB;
  const IdleLimit now(limit);
  for (int round = 0; round < 5; ++round) {
    {
      std::vector<std::jthread> threads;
      for (std::uint64_t t = 0; t < 8; ++t)
        threads.emplace_back([t] {
          RandomShapes shapes(t, 20);
          for (int i = 0; i < 2000; ++i) shapes.step();
        });
    }
    EXPECT_LE(pool::idle_bytes(), limit + now.asleep);
  }
}

// Left alone, the limit is what has been in use at once, or 256 MiB, and what threads may keep for themselves.
TEST(IdleMemory, FollowsUse) {
  const IdleLimit now({});
  std::int64_t most = 256 * MiB;
  {
    RandomShapes shapes(3, 300);
    for (int i = 0; i < 20'000; ++i) {
      shapes.step();
      most = std::max(most, pool::live_bytes());
      ASSERT_LE(pool::idle_bytes(), pool::idle_limit());
    }
  }
  EXPECT_GT(most, 300 * MiB);   // else this test shows nothing
  EXPECT_LE(pool::idle_bytes(), most + 64 * MiB + now.asleep);
}

TEST(IdleMemory, OfASteadyLoopIsThereInTheNextRound) {
  NEEDS_A_POOL_THAT_KEEPS();
  const IdleLimit now({});
  const auto round = [] {
    std::vector<Block> all;
    for (std::int64_t i = 0; i < 60; ++i) all.emplace_back((i % 7 + 1) * 5 * MiB);
    for (std::int64_t i = 0; i < 60; ++i) all[static_cast<std::size_t>(i)] = Block((i % 5 + 1) * 3000);
  };
  round();
  const std::int64_t before = pool::blocks_from_system();
  for (int i = 0; i < 50; ++i) round();
  EXPECT_EQ(pool::blocks_from_system(), before);
  EXPECT_GT(pool::idle_bytes(), 1000 * MiB);
}

TEST(IdleMemory, AUsageThatIsOverIsForgotten) {
  NEEDS_A_POOL_THAT_KEEPS();
  const IdleLimit now({});
  {
    std::vector<Block> once;
    for (int i = 0; i < 20; ++i) once.emplace_back(100 * MiB);
  }
  EXPECT_GT(pool::idle_bytes(), 1900 * MiB);
  use(50 * MiB, 2000);
  EXPECT_LE(pool::idle_bytes(), 320 * MiB);
}

TEST(IdleMemory, ColdestSizesGoFirst) {
  NEEDS_A_POOL_THAT_KEEPS();
  const IdleLimit now(100 * MiB);
  use(32 * MiB), use(40 * MiB);
  use(32 * MiB);                      // now 40 MiB is the coldest size
  use(20 * MiB);                      // with it there are 92 MiB
  EXPECT_EQ(asked_for(32 * MiB), 0);
  use(16 * MiB);                      // too much: 40 MiB go
  EXPECT_EQ(asked_for(32 * MiB), 0);
  EXPECT_EQ(asked_for(20 * MiB), 0);
  EXPECT_EQ(asked_for(16 * MiB), 0);
  EXPECT_EQ(asked_for(40 * MiB), 1);
}

TEST(IdleMemory, OfThreadsIsGivenBackToo) {
  NEEDS_A_POOL_THAT_KEEPS();
  const IdleLimit now({});
  for (int i = 0; i < 1000; ++i) use(1000 + i);
  EXPECT_GT(pool::idle_bytes(), now.asleep);
  pool::set_idle_limit(0);
  EXPECT_EQ(pool::idle_bytes(), now.asleep);
  use(1000, 10);
  EXPECT_EQ(pool::idle_bytes(), now.asleep);
  EXPECT_EQ(asked_for(1000), 1);
  expect_error<ValueError>([] { pool::set_idle_limit(-1); }, {"set_idle_limit", "0 or more", "-1"});
}

// Large blocks leave the process's memory, whatever malloc does with their addresses.
TEST(IdleMemory, GoesBackToTheSystem) {
#ifndef __linux__
  GTEST_SKIP() << "reads /proc";
#endif
  NEEDS_A_POOL_THAT_KEEPS();
  const auto resident = [] {
    std::ifstream pages("/proc/self/statm");
    std::int64_t all = 0, here = 0;
    pages >> all >> here;
    return here * sysconf(_SC_PAGESIZE);
  };
  const IdleLimit now({});
  for (int round = 0; round < 3; ++round) {
    std::vector<Block> blocks;
    for (int i = 0; i < 30; ++i) blocks.emplace_back((i % 3 + 1) * 3 * MiB), blocks.back().touch();
    const std::int64_t before = resident();
    Block stays(5 * MiB);             // on top of malloc's heap, perhaps
    blocks.clear();
    pool::set_idle_limit(0);
    EXPECT_LT(resident(), before - 150 * MiB);
    pool::set_idle_limit({});
  }
}

// Most small: what they cost at a thread's fast path and beyond it is the same blocks coming back.
TEST(IdleMemory, ManySmallBlocksComeBack) {
  NEEDS_A_POOL_THAT_KEEPS();
  const IdleLimit now({});
  const auto round = [] {
    std::vector<Block> all;
    for (int i = 0; i < 100'000; ++i) all.emplace_back(64 + i % 4 * 100);
  };
  round();
  const std::int64_t before = pool::blocks_from_system();
  for (int i = 0; i < 3; ++i) round();
  EXPECT_EQ(pool::blocks_from_system(), before);
}

}  // namespace gradus::idle_memory_test
