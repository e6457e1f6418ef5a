// OneCaller: what a layer's call changes although it is const (nn::Buffer, nn::Stream) may be changed by one thread at a time. Models in
// evaluation change nothing, so any number of threads may call one.
//   Tensor operator()(const Tensor& x) const {
//     if (!training) return x;
//     const auto alone = stream_.exclusive("Noise");            // from here to the end of the call
//     return x + randn(x.shape(), stream_);
//   }
#pragma once
#include <atomic>
#include <cstdint>
#include <string_view>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/forks.h>
#include <gradus/autograd/tape/census.h>

namespace gradus::nn {

class OneCaller {
 public:
  OneCaller() = default;
  OneCaller(const OneCaller&) noexcept { ++gradus::detail::copied_handles; }   // who is calling is nobody's value: a copy is called by none
  OneCaller& operator=(const OneCaller&) noexcept { return *this; }

  class Call {
   public:
    explicit Call(std::atomic<std::uint64_t>& busy) : busy_(busy) {}
    ~Call() { busy_.store(0, std::memory_order_release); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    std::atomic<std::uint64_t>& busy_;
  };

  // The call that may change it, for as long as the result lives. GraphError, and nothing has changed, while another one lives.
  [[nodiscard]] Call exclusive(std::string_view layer) const {
    const std::uint64_t in_this_process = gradus::detail::forks() + 1;   // a caller from before a fork stayed in the parent
    check<GraphError>(
        busy_.exchange(in_this_process, std::memory_order_acquire) != in_this_process, layer,
        ": two threads call one layer at a time, and its call changes what it keeps (in training, or when the call is not const): "
        "give each thread a copy of the model, or call nn::eval(net) before");
    return Call(busy_);
  }

 protected:
  ~OneCaller() = default;

 private:
  mutable std::atomic<std::uint64_t> busy_{0};
};

}  // namespace gradus::nn
