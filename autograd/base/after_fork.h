// What a fork means for us. The child has a copy of all memory and one thread only: what other threads held, or were about to do, stays so
// for ever. The child handlers of this file run before fork() returns.
//   static MutexOverForks mutex;     instead of std::mutex, for what lives to the end of the process
#pragma once
#include <cstdint>
#include <mutex>

namespace gradus::detail {

// Forks between the first process and this one: who remembers another number than it reads has lost its threads since.
std::uint64_t forks();

// Did the calling thread fork, as the parent of this process, when it was not the only thread? Then teams of threads that a library
// (OpenMP) keeps for it do not exist any more, and asking for one would hang.
bool lost_teams();

// A mutex that the child of a fork finds free, and what it guards whole: fork() waits for it. Never to be destroyed, and not to be held by
// a thread that locks another such one.
class MutexOverForks : public std::mutex {
 public:
  MutexOverForks();

 private:
  friend struct AllMutexes;
  MutexOverForks* next_ = nullptr;
};

}  // namespace gradus::detail
