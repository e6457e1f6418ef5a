// Files, read to the last byte and replaced in one step: a crash at any moment leaves the old file or the new one, never half of one.
//   FileReplacement out("model.bin");  out.write(bytes);  out.commit();     // without commit() the old file stays
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <gradus/autograd/base/file_name.h>

namespace gradus {

// A regular file open for reading. Every member throws FileError that names the file and what the system said.
class InputFile {
 public:
  explicit InputFile(const FileName& file);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  const FileName& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  int descriptor() const { return descriptor_; }            // for mapping
  void read(std::span<std::byte> to);                       // fills `to` with the next bytes; FileError when the file ends before
  void read(void* to, std::size_t bytes) { read({static_cast<std::byte*>(to), bytes}); }
  void read_at(std::uint64_t position, std::span<std::byte> to) const;   // the same from any place;
                                                                         // by several threads at once, if they like
  void read_at(std::uint64_t position, void* to, std::size_t bytes) const { read_at(position, {static_cast<std::byte*>(to), bytes}); }

 private:
  FileName path_;
  int descriptor_;
  std::uint64_t size_ = 0, position_ = 0;
};

std::string read_file(const FileName& file);   // all of it

// Writes a temporary file beside `file`, which nobody else may read; commit() brings it to the disk and renames it over `file`, whose owner
// and permissions it takes over as far as the system lets it. A symbolic link stays a link: what it leads to is replaced. Destroyed without
// commit(), it leaves no trace; what a killed process left ("<name>.gradus-<process>-<count>.tmp"), the next one that replaces the same
// file removes. What is no regular file (a pipe, a device, /dev/stdout) cannot be replaced: write() writes to it. Throws FileError.
class FileReplacement {
 public:
  explicit FileReplacement(const FileName& file);
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;
  ~FileReplacement();

  void write(std::span<const std::byte> bytes);
  void write(const void* bytes, std::size_t n) { write({static_cast<const std::byte*>(bytes), n}); }
  void commit();

 private:
  FileReplacement() = default;
  void open_temporary(bool replaces);

  std::filesystem::path file_, temporary_;   // temporary_ is empty if file_ is written to as it is
  int descriptor_ = -1;
  unsigned mode_ = 0600;                     // of the file in the end, if there is none yet
};

// Removes the temporary files, of files whose names begin with `prefix`, that were left by writers which did not live to commit or to clear
// up; those of writers at work are locked and stay.
void remove_leftovers(const std::filesystem::path& folder, std::string_view prefix);

}  // namespace gradus
