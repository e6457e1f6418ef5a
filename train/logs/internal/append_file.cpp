#include <gradus/train/logs/internal/append_file.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/write_all.h>

namespace gradus::train::logs {
namespace {

[[noreturn]] void fail_to_log(const FileName& file) {
  const int error = errno;
  fail<FileError>("cannot write ", file, ": ", std::system_category().message(error));
}

}  // namespace

void append(const FileName& file, std::string_view bytes, bool to_disk) {
  const int descriptor = ::open(file.string().c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) fail_to_log(file);
  struct stat before = {};
  bool good = ::fstat(descriptor, &before) == 0 && write_all(descriptor, std::as_bytes(std::span(bytes)));
  good = good && (!to_disk || ::fsync(descriptor) == 0);
  const int error = errno;
  // Half a row goes again, so that the next one does not continue it.
  if (!good && S_ISREG(before.st_mode) && ::ftruncate(descriptor, before.st_size) != 0) {}
  ::close(descriptor);
  errno = error;
  if (!good) fail_to_log(file);
}

void begin_anew(const FileName& file, std::string_view bytes) {
  const std::filesystem::path path = file.string();
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  check<FileError>(!error, "cannot make the folder of ", file, ": ", [&] { return error.message(); });
  FileReplacement out(file);
  out.write(bytes.data(), bytes.size());
  out.commit();
}

void truncate(const FileName& file, std::uint64_t size) {
  if (::truncate(file.string().c_str(), static_cast<off_t>(size)) != 0) fail_to_log(file);
}

bool exists(const FileName& file) {
  std::error_code error;
  return std::filesystem::exists(file.string(), error);
}

}  // namespace gradus::train::logs
