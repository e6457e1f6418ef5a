// Random numbers. Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a block of numbers is a
// pure function of (key, counter), so streams do not depend on threads, and every platform draws the same numbers.
//   Generator g(42);  float u = g.uniform();  double z = g.normal();
#pragma once
#include <array>
#include <cstdint>

namespace gradus {

// One block of Philox4x32-10.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

// A position in a stream of random numbers; copying copies the position. Streams of one seed with different `stream` numbers are
// independent of one another: give each purpose (shuffling, initialisation, dropout) its own.
class Generator {
 public:
  constexpr explicit Generator(std::uint64_t seed = 0, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  std::uint32_t bits();                        // 32 uniform bits
  std::uint64_t below(std::uint64_t n);        // uniform in [0, n), unbiased; n >= 1
  double uniform();                            // in [0, 1), 53 random bits
  float uniform_f32();                         // in [0, 1), 24 random bits
  double normal();                             // mean 0, variance 1 (Box and Muller)

  std::uint64_t seed() const { return seed_; }
  // A seed for a stream that hangs from this one: each call gives another. Kernels that fill memory from many threads take one
  // and draw element i from block i of it.
  std::uint64_t fork();

  // The whole state, for saving: seed, stream, position.
  struct State { std::uint64_t seed, stream, position; };
  State state() const { return {seed_, stream_, position_}; }
  void restore(State s) { seed_ = s.seed; stream_ = s.stream; position_ = s.position; }

 private:
  std::uint32_t next();
  std::uint64_t seed_, stream_, position_ = 0;   // position counts 32-bit words
};

// The calling thread's generator, which initialisers, dropout and rand draw from when given none. All hang from one seed: the main thread's
// is Generator(seed), any other thread gets a stream of its own, in the order in which they first draw after the seeding. For numbers
// that do not depend on that order, give a thread a Generator of its own. A data loader gives each sample its own while it is made.
Generator& default_generator();

// Restarts the generators of all threads (0 is the seed at first). Inside a GeneratorScope: this thread's, for the rest of the scope alone.
void manual_seed(std::uint64_t seed);

// While one lives, the calling thread's default generator is the given one; afterwards it goes on from where it was.
//   const GeneratorScope scope(Generator(seed, index));   const Tensor noise = randn({3});
class GeneratorScope {
 public:
  explicit GeneratorScope(Generator generator);
  ~GeneratorScope();
  GeneratorScope(const GeneratorScope&) = delete;

 private:
  Generator before_;
};

}  // namespace gradus
