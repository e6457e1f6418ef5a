// The OpenMP teams of libraries that are built on OpenMP (oneDNN, one flavour of OpenBLAS), while we call them: the setting belongs to the
// calling thread, the host program's too, and is as before afterwards. Without OpenMP in the build this does nothing.
//   const Team one(1);   until the end of the scope such a library works in this thread alone
#pragma once

namespace gradus::kernels {

// While one lives, OpenMP teams that the calling thread opens have this size, and take denormal numbers as the calling thread does.
class Team {
 public:
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;

 private:
  [[maybe_unused]] int before_, threads_;   // read with OpenMP only
  bool brought_along_ = false;
};

// The largest team, up to so many threads, that the system can be expected to give: OpenMP ends the process where it gives fewer. One
// thread in the child of a fork that had several: OpenMP's stayed behind.
int team_that_fits(int threads);

}  // namespace gradus::kernels
