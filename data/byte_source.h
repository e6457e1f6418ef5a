// The bytes of a file, inflated on the way if it is gzipped (which its first bytes say, not its name).
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace gradus::data {

class ByteSource {
 public:
  explicit ByteSource(const std::filesystem::path& file);   // FileError when it cannot be read
  ByteSource(ByteSource&&) noexcept;
  ~ByteSource();

  // Fills `to` with the next bytes and returns how many there were: fewer only at the end. FileError for a broken gzip stream.
  std::size_t read(std::span<std::byte> to);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradus::data
