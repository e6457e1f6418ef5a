// Stream: a layer's own stream of random numbers, from which a const call may draw: dropout's masks. A copy has a stream of its own, which
// follows from this one and from how many copies were made before, so blocks that are copies of one block draw different masks, and the
// same ones in every run. Its state belongs to the model's (state.h). (A member of type Generator is copied as it is, and not saved.)
//   class Noise {
//    public:
//     Tensor operator()(const Tensor& x) const {
//       if (!training) return x;
//       const auto alone = stream_.exclusive("Noise");
//       return x + 0.1 * randn(x.shape(), stream_);
//     }
//     bool training = true;
//    private:
//     nn::Stream stream_;
//    public:
//     using Fields = nn::Fields<&Noise::stream_>;
//   };
#pragma once
#include <atomic>
#include <cstdint>
#include <utility>

#include <gradus/autograd/base/random.h>
#include <gradus/nn/model/one_caller.h>

namespace gradus::nn {

class Stream : public OneCaller {
 public:
  // Hangs from `source`: each stream made from it is another one.
  explicit Stream(Generator& source = default_generator()) : generator_(source.fork()) {}
  Stream(const Stream& o) : OneCaller(o), generator_(o.next_copy()) {}
  Stream(Stream&& o) noexcept : OneCaller(), generator_(o.generator_), copies_(o.copies_.load(std::memory_order_relaxed)) {}
  Stream& operator=(const Stream& o) { return this == &o ? *this : *this = Stream(o); }
  Stream& operator=(Stream&& o) noexcept {
    generator_ = o.generator_;
    copies_.store(o.copies_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    return *this;
  }

  operator Generator&() const { return generator_; }                       // to draw from; take exclusive() before

  // The whole state, for saving.
  struct State {
    std::uint64_t seed, stream, position;                                  // Generator::State
    std::uint64_t copies = 0;                                              // made of it
    bool operator==(const State&) const = default;
  };
  State state() const;
  void restore(const State& s);

 private:
  Generator next_copy() const;

  mutable Generator generator_;
  mutable std::atomic<std::uint64_t> copies_{0};
};

}  // namespace gradus::nn
