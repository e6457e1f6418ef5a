// Which Parameters there are, by their place in memory, and how many handles (Parameters, nn::Buffers, nn::Streams) this thread has copied.
// With it nn::parameters finds what a class has and does not list, and what a std::function has inside.
#pragma once
#include <cstdint>
#include <vector>

namespace gradus {

class Parameter;

namespace detail {

extern constinit thread_local std::uint64_t copied_handles;

class Census {
 protected:
  Census() noexcept { enter(); }
  Census(const Census&) noexcept {
    ++copied_handles;
    enter();
  }
  Census(Census&&) noexcept { enter(); }
  Census& operator=(const Census&) noexcept { return *this; }
  ~Census() { leave(); }

 private:
  friend std::vector<const Parameter*> living_parameters();
  void enter() noexcept;
  void leave() noexcept;

  Census *before_, *after_;
  std::uint64_t forks_;   // of the process that entered it
};

std::vector<const Parameter*> living_parameters();   // by address; in the child of a fork, those made since

}  // namespace detail
}  // namespace gradus
