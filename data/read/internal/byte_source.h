// The bytes of a file, inflated on the way if it is gzipped (which its first bytes say, not its name): several members one after the other,
// and zeros behind one, as gzip and Python read them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <gradus/autograd/base/file_name.h>

namespace gradus::data {

class ByteSource {
 public:
  explicit ByteSource(const FileName& file);   // FileError when it cannot be read
  ByteSource(ByteSource&&) noexcept;
  ~ByteSource();

  bool gzipped() const;
  std::uint64_t file_bytes() const;                         // of the file as it lies on the disk
  std::uint64_t most_bytes() const;                         // no more than these can come out of it

  // Fills `to` with the next bytes and returns how many there were: fewer only at the end. FileError for a broken gzip stream.
  std::size_t read(std::span<std::byte> to);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradus::data
