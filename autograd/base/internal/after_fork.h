// What a fork means for us. The child has a copy of all memory and one thread only: what other threads held, or were about to do, stays so
// for ever. So fork() waits for what must not be found half done; the handlers of this file run before it returns.
//   static auto& mutex = *new MutexOverForks;     instead of std::mutex, for what lives to the end of the process
//   const NoFork work;                            until the end of the scope; for stretches in a library that has locks of its own
#pragma once
#include <mutex>

#include <gradus/autograd/base/forks.h>

namespace gradus::detail {

// A mutex that the child of a fork finds free, and what it guards whole. Never to be destroyed. Who holds one may lock others.
class MutexOverForks : public std::mutex {
 public:
  MutexOverForks();

 private:
  friend struct AllMutexes;
  MutexOverForks* next_ = nullptr;
};

// No fork begins while one lives; those that are made while one is under way wait for it. A thread may have several, but the pieces of a
// parallel loop that such a thread waits for must have none; nor may a thread make one that holds a MutexOverForks.
class NoFork {
 public:
  NoFork();
  ~NoFork();
  NoFork(const NoFork&) = delete;
};

}  // namespace gradus::detail
