#include <gradus/autograd/base/file.h>

#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gradus/autograd/base/error.h>

namespace gradus {
namespace {

constexpr std::size_t chunk = std::size_t{1} << 30;   // Linux moves at most 2 GiB in one call

[[noreturn]] void fail_with_errno(const std::filesystem::path& file, const char* what) {
  const int error = errno;
  fail<FileError>(what, " ", file, ": ", std::system_category().message(error));
}

}  // namespace

InputFile::InputFile(std::filesystem::path file) : path_(std::move(file)) {
  // O_NONBLOCK: opening a pipe must fail below, not wait for somebody to write into it.
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) fail_with_errno(path_, "cannot open");
  struct stat status;
  const bool known = ::fstat(descriptor_, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    fail<FileError>("cannot read ", path_, ": not a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::read(std::span<std::byte> to) {
  while (!to.empty()) {
    const ssize_t n = ::read(descriptor_, to.data(), std::min(to.size(), chunk));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_with_errno(path_, "cannot read");
    check<FileError>(n > 0, "cannot read ", path_, ": the file ends ", to.size(), " bytes too early");
    to = to.subspan(static_cast<std::size_t>(n));
  }
}

std::string read_file(const std::filesystem::path& file) {
  InputFile in(file);
  std::string bytes(in.size(), '\0');
  in.read(bytes.data(), bytes.size());
  return bytes;
}

FileReplacement::FileReplacement(const std::filesystem::path& file) {
  static std::atomic<unsigned> count{0};
  std::error_code none;
  const auto target = std::filesystem::canonical(file, none);
  file_ = none ? file : target;
  check<FileError>(file_.has_filename() && !std::filesystem::is_directory(file_, none), "cannot write ", file, ": it names a directory");
  do {
    temporary_ = file_;
    temporary_ += text(".", ::getpid(), "-", count++, ".tmp");
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) fail_with_errno(temporary_, "cannot create");
}

FileReplacement::~FileReplacement() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void FileReplacement::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor_, bytes.data(), std::min(bytes.size(), chunk));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_with_errno(file_, "cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void FileReplacement::commit() {
  struct stat old;
  if (::stat(file_.c_str(), &old) == 0 && ::fchmod(descriptor_, old.st_mode & 07777) != 0) fail_with_errno(file_, "cannot keep the permissions of");
  if (::fsync(descriptor_) != 0) fail_with_errno(file_, "cannot write");
  if (::close(std::exchange(descriptor_, -1)) != 0) fail_with_errno(file_, "cannot write");
  if (::rename(temporary_.c_str(), file_.c_str()) != 0) fail_with_errno(file_, "cannot replace");
  temporary_.clear();

  // The new name is on the disk once its directory is.
  const auto folder = file_.has_parent_path() ? file_.parent_path() : std::filesystem::path(".");
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;   // a directory that may be written but not read
  const int result = ::fsync(directory);
  const int error = errno;
  ::close(directory);
  errno = error;
  if (result != 0 && error != EINVAL) fail_with_errno(folder, "cannot bring to the disk");   // EINVAL: a file system without it
}

}  // namespace gradus
