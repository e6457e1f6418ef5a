#include <gradus/autograd/base/internal/file.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/write_all.h>
#include <gradus/autograd/base/parallel.h>

namespace gradus {
namespace {

constexpr std::size_t part_of_a_read = std::size_t{4} << 20;   // bytes that are worth another thread
constexpr std::size_t chunk = std::size_t{1} << 30;   // Linux moves at most 2 GiB in one call

[[noreturn]] void fail_with_errno(const FileName& file, const char* what) {
  const int error = errno;
  fail<FileError>(what, " ", file, ": ", std::system_category().message(error));
}

constexpr std::string_view temporary_mark = ".gradus-";   // in the name of every temporary file, behind that of the file it is for
constexpr std::size_t longest_stem = 220;   // bytes of a name, so that there is room for a suffix in the 255 that names may have

int open_file(const char* name, int flags, mode_t mode = 0) {
  for (;;) {
    const int descriptor = ::open(name, flags, mode);
    if (descriptor >= 0 || errno != EINTR) return descriptor;   // a signal may come while a pipe waits for its reader
  }
}

std::filesystem::path folder_of(const std::filesystem::path& file) { return file.has_parent_path() ? file.parent_path() : "."; }

// The number of a descriptor of this process that the path stands for: /proc/self/fd/1, where /dev/stdout leads.
std::optional<int> own_descriptor(const std::filesystem::path& path) {
  const std::string folder = path.parent_path().string(), name = path.filename().string();
  if (folder != "/dev/fd" && folder != "/proc/self/fd" && folder != text("/proc/", ::getpid(), "/fd")) return {};
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc{} && end == name.data() + name.size() ? std::optional(number) : std::nullopt;
}

// What the path names once links are followed, whether it is there or not.
std::filesystem::path end_of_links(std::filesystem::path path) {
  for (int links = 0; links < 40; ++links) {
    struct stat status;
    if (::lstat(path.c_str(), &status) != 0 || !S_ISLNK(status.st_mode) || own_descriptor(path)) return path;
    std::error_code error;
    const std::filesystem::path next = std::filesystem::read_symlink(path, error);
    check<FileError>(!error, "cannot write ", path, ": ", error.message());
    path = path.parent_path() / next;
  }
  fail<FileError>("cannot write ", path, ": too many links");
}

// Who writes a file holds its lock, and the system takes it back when the process ends in whatever way.
enum class Lock { ours, held_by_another, none_here };
Lock lock([[maybe_unused]] int descriptor) {
#if defined(F_OFD_SETLK)
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(descriptor, F_OFD_SETLK, &whole) == 0) return Lock::ours;
  if (errno == EAGAIN || errno == EACCES) return Lock::held_by_another;
#endif
  return Lock::none_here;
}

// Gives the new file the owner and the permissions of the one that it will replace, or `mode` if there is none.
bool take_over(int descriptor, const std::filesystem::path& replaced, mode_t mode) {
  struct stat old, mine;
  if (::fstat(descriptor, &mine) != 0) return false;
  if (::stat(replaced.c_str(), &old) == 0) {
    mode = old.st_mode & 07777;
    const bool alike = mine.st_uid == old.st_uid && mine.st_gid == old.st_gid;
    if (!alike && ::fchown(descriptor, old.st_uid, old.st_gid) != 0) {   // only root may give a file away
      mode &= 01777;
      const bool same_group = mine.st_gid == old.st_gid || ::fchown(descriptor, static_cast<uid_t>(-1), old.st_gid) == 0;
      if (!same_group) mode = (mode & ~070u) | (mode & 07u) << 3;        // another group may do what everybody may
    }
  }
  return (mine.st_mode & 07777) == mode || ::fchmod(descriptor, mode) == 0;
}

// EINTR: a signal came before anything was brought to the disk.
int bring_to_disk(int descriptor) {
  for (;;) {
    const int result = ::fsync(descriptor);
    if (result == 0 || errno != EINTR) return result;
  }
}

void read_part(int descriptor, const FileName& path, std::uint64_t position, std::span<std::byte> to) {
  while (!to.empty()) {
    const ssize_t n = ::pread(descriptor, to.data(), std::min(to.size(), chunk), static_cast<off_t>(position));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_with_errno(path, "cannot read");
    check<FileError>(n > 0, "cannot read ", path, ": the file ends ", to.size(), " bytes too early");
    to = to.subspan(static_cast<std::size_t>(n));
    position += static_cast<std::uint64_t>(n);
  }
}

}  // namespace

// Not by std::filesystem::directory_iterator, which ends the process when memory is short.
void remove_leftovers(const std::filesystem::path& folder, std::string_view prefix) {
  DIR* listing = ::opendir(folder.c_str());
  if (!listing) return;
  while (const dirent* entry = ::readdir(listing)) {
    const std::string_view name = entry->d_name;
    if (!name.starts_with(prefix) || name.find(temporary_mark) == name.npos || !name.ends_with(".tmp")) continue;
    const int left = ::openat(::dirfd(listing), entry->d_name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (left < 0) continue;
    if (lock(left) == Lock::ours) ::unlinkat(::dirfd(listing), entry->d_name, 0);
    ::close(left);
  }
  ::closedir(listing);
}

InputFile::InputFile(const FileName& file) : path_(file) {
  // O_NONBLOCK: opening a pipe must fail below, not wait for somebody to write into it.
  descriptor_ = ::open(path_.string().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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
  read_at(position_, to);
  position_ += to.size();
}

// Large reads by several threads: what costs is the copy, and memory that is touched for the first time.
void InputFile::read_at(std::uint64_t position, std::span<std::byte> to) const {
  if (to.size() < 2 * part_of_a_read) return read_part(descriptor_, path_, position, to);
  const std::size_t parts = (to.size() + part_of_a_read - 1) / part_of_a_read;
  parallel_for(static_cast<std::int64_t>(parts), 1, [&](std::int64_t first, std::int64_t last) {
    const std::size_t begin = static_cast<std::size_t>(first) * part_of_a_read;
    const std::size_t end = std::min(static_cast<std::size_t>(last) * part_of_a_read, to.size());
    read_part(descriptor_, path_, position + begin, to.subspan(begin, end - begin));
  });
}

std::string read_file(const FileName& file) {
  InputFile in(file);
  std::string bytes(in.size(), '\0');
  in.read(bytes.data(), bytes.size());
  return bytes;
}

FileReplacement::FileReplacement(const FileName& name) : FileReplacement() {
  const std::filesystem::path file = name.string();
  struct stat old;
  const bool exists = ::stat(file.c_str(), &old) == 0;
  check<FileError>(file.has_filename() && !(exists && S_ISDIR(old.st_mode)), "cannot write ", file, ": it names a directory");
  file_ = end_of_links(file);
  if (const std::optional<int> own = own_descriptor(file_)) descriptor_ = ::fcntl(*own, F_DUPFD_CLOEXEC, 0);
  else if (exists && !S_ISREG(old.st_mode)) descriptor_ = open_file(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
  else open_temporary(exists);
  if (descriptor_ < 0) fail_with_errno(file, "cannot write");
}

FileReplacement::~FileReplacement() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
}

// Leaves descriptor_ below 0, and errno, when there is no opening one.
void FileReplacement::open_temporary(bool replaces) {
  static std::atomic<unsigned> count{0};
  const std::filesystem::path folder = folder_of(file_);
  const std::string prefix = file_.filename().string().substr(0, longest_stem).append(temporary_mark);
  remove_leftovers(folder, prefix);
  for (;;) {
    std::filesystem::path name = folder / text(prefix, ::getpid(), "-", count++, ".tmp");
    // A new file gets the permissions that the system gives to new files, in the end; nobody else reads it until then.
    const int opened = open_file(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, replaces ? 0600 : 0666);
    if (opened < 0 && errno == EEXIST) continue;
    if (opened < 0) return;
    descriptor_ = opened;
    temporary_ = std::move(name);
    const bool taken = lock(descriptor_) == Lock::held_by_another;   // one that clears up was quicker: it takes the file for a leftover
    struct stat made;
    if (::fstat(descriptor_, &made) != 0) fail_with_errno(file_, "cannot write");
    mode_ = made.st_mode & 07777;
    ::fchmod(descriptor_, 0600);
    if (!taken && made.st_nlink > 0) return;
    ::close(std::exchange(descriptor_, -1));
    ::unlink(temporary_.c_str());
    temporary_.clear();
  }
}

void FileReplacement::write(std::span<const std::byte> bytes) {
  if (!write_all(descriptor_, bytes)) fail_with_errno(file_, "cannot write");
}

void FileReplacement::commit() {
  if (!temporary_.empty() && !take_over(descriptor_, file_, mode_)) fail_with_errno(file_, "cannot keep the permissions of");
  const bool on_disk = bring_to_disk(descriptor_) == 0 || (temporary_.empty() && (errno == EINVAL || errno == ENOTSUP || errno == EROFS));
  if (!on_disk) fail_with_errno(file_, "cannot write");
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) fail_with_errno(file_, "cannot write");
  if (temporary_.empty()) return;
  const std::filesystem::path folder = folder_of(file_);   // before there is no way back: it takes memory
  if (::rename(temporary_.c_str(), file_.c_str()) != 0) fail_with_errno(file_, "cannot replace");
  temporary_.clear();

  // The new name is on the disk once its directory is.
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;   // a directory that may be written but not read
  const int result = bring_to_disk(directory);
  const int error = errno;
  ::close(directory);
  errno = error;
  if (result != 0 && error != EINVAL) fail_with_errno(folder, "cannot bring to the disk");   // EINVAL: a file system without it
}

}  // namespace gradus
