// Writes zip archives, in one step: a crash leaves the old file or the new one. The same contents give the same bytes at any time.
//   ZipWriter zip("arrays.npz");  zip.add("weight.npy", bytes);  zip.commit();
#pragma once
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/base/internal/file.h>

namespace gradus::detail {

class ZipWriter {
 public:
  static constexpr std::uint64_t alignment = 64;   // of stored contents in the file, so that what is mapped can be used where it lies

  explicit ZipWriter(const FileName& file) : out_(file) {}

  // An entry whose contents are these pieces, one after the other. ValueError: a name that stands already, is longer than 65535 bytes or
  // has a zero byte; deflating in a build without zlib. FileError if it cannot be written.
  void add_pieces(std::string_view name, std::span<const std::span<const std::byte>> pieces, bool deflated = false);
  void add(std::string_view name, std::span<const std::byte> contents, bool deflated = false) {
    add_pieces(name, {&contents, 1}, deflated);
  }
  void commit();                                   // without it the old file stays

 private:
  void write(std::span<const std::byte> bytes);
  void write_pending();
  void write(const std::string& bytes) { write({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()}); }

  FileReplacement out_;
  std::uint64_t position_ = 0, entries_ = 0;
  std::vector<std::byte> pending_;                 // small pieces, which are written together
  std::string directory_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace gradus::detail
