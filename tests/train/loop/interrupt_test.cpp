// Signals while an Interrupt lives: the first is noted, the second ends the process, and afterwards everything is as before.
#include <gmock/gmock.h>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include <gradus/train/loop/interrupt.h>

namespace interrupt_test {

using gradus::train::Interrupt;

volatile std::sig_atomic_t heard = 0;
void hear(int signal) { heard = signal; }

TEST(Interrupt, NotesTheFirstSignalAndPutsHandlersBack) {
  const auto terminate = std::signal(SIGTERM, hear);
  const auto interrupt = std::signal(SIGINT, SIG_IGN);
  testing::internal::CaptureStderr();
  {
    const Interrupt outer;
    std::raise(SIGINT);                       // ignored before, ignored now
    EXPECT_FALSE(outer.requested());
    {
      const Interrupt inner;
      EXPECT_EQ(inner.signal(), 0);
      std::raise(SIGTERM);
      EXPECT_TRUE(inner.requested() && outer.requested());
      EXPECT_EQ(inner.signal(), SIGTERM);
    }
    const Interrupt later;
    EXPECT_FALSE(later.requested());
    EXPECT_EQ(heard, 0);
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("ending after this step"));
  std::raise(SIGTERM);
  EXPECT_EQ(heard, SIGTERM);
  std::signal(SIGTERM, terminate);
  std::signal(SIGINT, interrupt);
}

TEST(Interrupt, TheSecondSignalEndsTheProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGTERM, hear);
    ::close(STDERR_FILENO);
    const Interrupt guard;
    std::raise(SIGTERM);
    std::raise(SIGTERM);
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
}

}  // namespace interrupt_test
