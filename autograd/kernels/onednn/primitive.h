// What our oneDNN sources share: primitives kept per thread, and the team of threads they run with. Includes oneDNN, so only dnnl_*.cpp
// include this.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <list>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <oneapi/dnnl/dnnl.hpp>

#include <gradus/autograd/base/internal/after_fork.h>
#include <gradus/autograd/kernels/machine/team.h>

namespace gradus::kernels::onednn {

const dnnl::engine& cpu();

// How many threads a primitive of so many multiplications gets; 1 inside a parallel loop.
int team_size(double multiplications);

// A primitive with the memory objects of its arguments, whose addresses are set at each call. Called through the C API: the C++
// API's execute() builds a map, which allocates.
class Prepared {
 public:
  static constexpr int most = 4;
  Prepared() = default;
  Prepared(dnnl::primitive primitive, std::initializer_list<std::pair<int, dnnl::memory::desc>> arguments);
  void operator()(std::initializer_list<const void*> addresses) const;   // in the order of `arguments`

 private:
  dnnl::primitive primitive_;
  std::array<dnnl::memory, most> memories_;
  std::array<dnnl_exec_arg_t, most> arguments_;
};

// oneDNN's implementations of last resort are slower than our own ways.
inline bool is_reference(const char* implementation) { return std::string_view(implementation).starts_with("ref"); }

// Numbers that identify a primitive.
template <std::size_t n>
using Key = std::array<std::int64_t, n>;

template <std::size_t n>
struct HashKey {
  std::size_t operator()(const Key<n>& key) const {
    std::uint64_t h = 0xcbf29ce484222325u;
    for (std::int64_t word : key) h = (h ^ static_cast<std::uint64_t>(word)) * 0x9e3779b97f4a7c15u, h ^= h >> 32;
    return h;
  }
};

// Of all threads.
extern constinit std::atomic<std::int64_t> primitives_made, primitives_kept;

// What make(key) gave for each of the `most` keys that were asked for last. A value stays where it is until the next call.
template <std::size_t n, class Value, std::size_t most>
class Cache {
 public:
  Cache() = default;
  Cache(const Cache&) = delete;
  ~Cache() { primitives_kept.fetch_sub(static_cast<std::int64_t>(values_.size()), std::memory_order_relaxed); }

  template <class Make>
  Value& get(const Key<n>& key, Make&& make) {
    if (const auto found = places_.find(key); found != places_.end()) {
      values_.splice(values_.begin(), values_, found->second);
      return found->second->value;
    }
    const gradus::detail::NoFork work;   // oneDNN has a cache of its own, which all threads share
    if (values_.size() == most) {
      places_.erase(values_.back().key);
      values_.pop_back();
      primitives_kept.fetch_sub(1, std::memory_order_relaxed);
    }
    values_.push_front({key, make()});
    primitives_kept.fetch_add(1, std::memory_order_relaxed);
    primitives_made.fetch_add(1, std::memory_order_relaxed);
    try {
      places_.emplace(key, values_.begin());
    } catch (...) {
      values_.pop_front();
      primitives_kept.fetch_sub(1, std::memory_order_relaxed);
      throw;
    }
    return values_.front().value;
  }

 private:
  struct Kept {
    Key<n> key;
    Value value;
  };
  std::list<Kept> values_;   // the one asked for last in front
  std::unordered_map<Key<n>, typename std::list<Kept>::iterator, HashKey<n>> places_;
};

}  // namespace gradus::kernels::onednn
