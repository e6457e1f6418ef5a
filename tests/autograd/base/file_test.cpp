// Files that are replaced in one step, and what cannot be replaced.
#include <gradus/autograd/base/internal/file.h>

#include <csignal>
#include <fstream>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/write_all.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::file_test {

using ::testing::HasSubstr;

void save(const std::filesystem::path& file, std::string_view bytes) {
  FileReplacement out(file);
  out.write(bytes.data(), bytes.size());
  out.commit();
}

struct stat status_of(const std::filesystem::path& file) {
  struct stat status = {};
  EXPECT_EQ(::stat(file.c_str(), &status), 0) << file;
  return status;
}
unsigned mode_of(const std::filesystem::path& file) { return status_of(file).st_mode & 07777; }

// The one temporary file in a folder where a file is being written.
std::filesystem::path temporary_in(const TemporaryFolder& folder) {
  std::filesystem::path found;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    if (entry.path().extension() == ".tmp") found = entry.path();
  return found;
}

// How f ends in a process of its own.
template <class F>
int status_of_child(F f) {
  const pid_t child = ::fork();
  if (child == 0) {
    f();
    ::_exit(0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

// In parts, by several threads.
TEST(InputFile, ReadsWhatIsLarge) {
  const TemporaryFolder folder;
  std::string large(9'000'001, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * i >> 7);
  const InputFile file(folder.write("x", large));
  std::string read(large.size() - 3, '\0');
  file.read_at(3, read.data(), read.size());
  EXPECT_TRUE(read == large.substr(3));
  EXPECT_THAT(message_of([&] { file.read_at(4, read.data(), read.size()); }), HasSubstr("bytes too early"));
}

TEST(FileReplacement, KeepsTheOldFileUntilCommit) {
  const TemporaryFolder folder;
  const auto file = folder.write("f", "old");
  {
    FileReplacement out(file);
    out.write("new, but", 8);
    EXPECT_EQ(read_file(file), "old");
  }
  EXPECT_EQ(read_file(file), "old");
  EXPECT_EQ(folder.files(), 1u);
  FileReplacement out(file);
  out.write("ne", 2);
  out.write("w", 1);
  out.commit();
  EXPECT_EQ(read_file(file), "new");
  EXPECT_EQ(folder.files(), 1u);
}

TEST(FileReplacement, KeepsPermissionsAndLinks) {
  const TemporaryFolder folder;
  const auto file = folder.write("f", "old"), link = folder / "link";
  std::filesystem::permissions(file, std::filesystem::perms{0640});
  std::filesystem::create_symlink("f", link);
  FileReplacement out(link);
  out.write("new", 3);
  out.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_file(file), "new");
  EXPECT_EQ(mode_of(file), 0640u);
}

TEST(FileReplacement, ALinkToNothingIsFilled) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "run");
  std::filesystem::create_symlink("run/best", folder / "first");
  std::filesystem::create_symlink("first", folder / "second");
  save(folder / "second", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "first"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "second"));
  EXPECT_EQ(read_file(folder / "run" / "best"), "new");
  std::filesystem::create_symlink("round", folder / "round");
  EXPECT_THAT(message_of([&] { save(folder / "round", "new"); }), HasSubstr("too many links"));
}

TEST(FileReplacement, WritesToWhatIsNoRegularFile) {
  const TemporaryFolder folder;
  const auto pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string arrived;
  std::thread reader([&] {
    std::ifstream in(pipe, std::ios::binary);
    arrived.assign(std::istreambuf_iterator<char>(in), {});
  });
  const std::string sent(300'000, 'x');   // more than a pipe holds
  save(pipe, sent);
  reader.join();
  EXPECT_EQ(arrived, sent);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));

  save("/dev/null", "nothing");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));

  const auto socket = folder / "socket";
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
  const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_THROW(save(socket, "nothing"), FileError);
  EXPECT_TRUE(std::filesystem::is_socket(socket));
  ::close(listening);
  EXPECT_EQ(folder.files(), 2u);
}

// As /dev/stdout is: whatever it is, what was written before stays.
TEST(FileReplacement, WritesToADescriptorWhereItStands) {
  const TemporaryFolder folder;
  const auto file = folder.write("out", "first, ");
  const int out = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(out), folder / "stdout");
  save(folder / "stdout", "second, ");
  ASSERT_EQ(::write(out, "third", 5), 5);
  EXPECT_EQ(read_file(file), "first, second, third");
  ::close(out);
  EXPECT_THROW(save(folder / "stdout", "lost"), FileError);

  int sockets[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
  save("/dev/fd/" + std::to_string(sockets[0]), "hello");
  char bytes[8];
  EXPECT_EQ(::read(sockets[1], bytes, sizeof bytes), 5);
  ::close(sockets[0]);
  ::close(sockets[1]);
}

TEST(FileReplacement, NobodyElseReadsWhatIsNotFinished) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  {
    FileReplacement out(folder / "new");
    out.write("private", 7);
    EXPECT_EQ(mode_of(temporary_in(folder)), 0600u);
    out.commit();
  }
  EXPECT_EQ(mode_of(folder / "new"), 0640u);   // what the system gives to new files
  ::chmod((folder / "new").c_str(), 0604);
  {
    FileReplacement out(folder / "new");
    EXPECT_EQ(mode_of(temporary_in(folder)), 0600u);
    out.commit();
  }
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "new"), 0604u);
}

TEST(FileReplacement, KeepsTheOwnerWhenRootSaves) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  const TemporaryFolder folder;
  const auto file = folder.write("f", "old");
  ASSERT_EQ(::chown(file.c_str(), 4321, 1234), 0);
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  save(file, "new");
  EXPECT_EQ(status_of(file).st_uid, 4321u);
  EXPECT_EQ(status_of(file).st_gid, 1234u);
  EXPECT_EQ(mode_of(file), 0640u);
}

// A file of a group that one is not in: what that group might do with it, one's own group may not.
TEST(FileReplacement, GivesNoOtherGroupARight) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may become somebody else";
  const TemporaryFolder folder;
  const auto file = folder.write("f", "old");
  ASSERT_EQ(::chown(file.c_str(), 0, 1234), 0);
  ASSERT_EQ(::chmod(file.c_str(), 0664), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
  const int status = status_of_child([&] {
    if (::setgroups(0, nullptr) != 0 || ::setgid(4321) != 0 || ::setuid(4321) != 0) ::_exit(1);
    save(file, "new");
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(status_of(file).st_gid, 4321u);
  EXPECT_EQ(mode_of(file), 0644u);
}

TEST(FileReplacement, TheNextOneRemovesWhatAKilledOneLeft) {
  const TemporaryFolder folder;
  const auto file = folder.write("f", "old");
  const auto of_the_user = folder.write("f.tmp", "not ours"), of_another = folder.write("g.gradus-1-1.tmp", "another file's");
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(status_of_child([&] {
      FileReplacement out(file);
      out.write("half", 4);
      ::raise(SIGKILL);
    }), SIGKILL);
  EXPECT_EQ(read_file(file), "old");
  EXPECT_EQ(folder.files(), 4u);          // each removed the one before
  save(file, "new");
  EXPECT_EQ(read_file(file), "new");
  EXPECT_EQ(folder.files(), 3u);
}

TEST(FileReplacement, WritersOfOneFileLeaveEachOtherAlone) {
  const TemporaryFolder folder;
  const auto file = folder / "f";
  std::optional<FileReplacement> first(std::in_place, file), second(std::in_place, file);
  first->write("first", 5);
  second->write("second", 6);
  EXPECT_EQ(status_of_child([&] { save(file, "third"); }), 0);
  EXPECT_EQ(read_file(file), "third");
  second->commit();
  EXPECT_EQ(read_file(file), "second");
  first->commit();
  EXPECT_EQ(read_file(file), "first");
  EXPECT_EQ(folder.files(), 1u);
}

// What the system gives back, call after call: so many bytes, or minus an errno; then it takes what it is given.
TEST(WriteAll, GoesOnWhereTheSystemTookLess) {
  const auto outcome = [](std::vector<int> answers) {
    std::string taken;
    std::size_t call = 0;
    const bool done = write_all_by([&](const void* from, std::size_t n) -> std::ptrdiff_t {
      const int answer = call < answers.size() ? answers[call] : static_cast<int>(n);
      ++call;
      errno = answer < 0 ? -answer : 0;
      if (answer < 0) return -1;
      taken.append(static_cast<const char*>(from), static_cast<std::size_t>(answer));
      return answer;
    }, std::as_bytes(std::span(std::string_view("0123456789"))));
    return taken + (done ? "" : errno == ENOSPC ? " full" : errno == EIO ? " broken" : " ?");
  };
  EXPECT_EQ(outcome({}), "0123456789");
  EXPECT_EQ(outcome({1, 2, 3}), "0123456789");
  EXPECT_EQ(outcome({4, -EINTR, -EINTR, 1}), "0123456789");
  EXPECT_EQ(outcome({9, -ENOSPC}), "012345678 full");
  EXPECT_EQ(outcome({3, -EINTR, 2, 0}), "01234 full");
  EXPECT_EQ(outcome({-EIO}), " broken");
}

// A pipe whose reader is slow, and signals that come while it is full: writes return less than was asked, or EINTR.
TEST(FileReplacement, SignalsInTheMiddleOfAWriteLoseNothing) {
  const TemporaryFolder folder;
  const auto pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  struct sigaction hear = {}, before;
  hear.sa_handler = [](int) {};            // without SA_RESTART
  ASSERT_EQ(::sigaction(SIGUSR1, &hear, &before), 0);
  std::string sent(300'000, 'a'), got;
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>('a' + i % 23);
  std::thread reader([&, writer = ::pthread_self()] {
    const int from = ::open(pipe.c_str(), O_RDONLY | O_CLOEXEC);
    std::string part(5000, ' ');
    for (ssize_t n; (n = ::read(from, part.data(), part.size())) > 0;) {
      got.append(part.data(), static_cast<std::size_t>(n));
      if (got.size() + 100'000 < sent.size()) ::pthread_kill(writer, SIGUSR1);     // while the writer is at it
    }
    ::close(from);
  });
  save(pipe, sent);
  reader.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  EXPECT_TRUE(got == sent) << got.size();
}

TEST(FileReplacement, NamesMayBeAsLongAsTheyCan) {
  const TemporaryFolder folder;
  const auto file = folder / std::string(255, 'n');
  save(file, "new");
  EXPECT_EQ(read_file(file), "new");
  EXPECT_THROW(save(folder / std::string(256, 'n'), "new"), FileError);
  EXPECT_EQ(folder.files(), 1u);
}

}  // namespace gradus::file_test
