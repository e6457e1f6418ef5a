// What is deflated (RFC 1951), as entries of zip archives are: by zlib, which a build need not have (GRADUS_ZLIB=OFF); then it refuses.
//   Inflater inflate;  const Inflater::Step step = inflate(from, to);
//   deflate(pieces, [&](std::span<const std::byte> deflated) { file.write(deflated); });
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace gradus::detail {

class Inflater {
 public:
  Inflater();                          // FileError in a build without zlib
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater();

  struct Step {
    std::size_t taken, given;          // how much of `from` was read, and of `to` written
    bool ended;                        // there is no more, whatever follows in `from`
  };
  // As far as either of the two reaches. FileError for what no deflating makes.
  Step operator()(std::span<const std::byte> from, std::span<std::byte> to);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Gives the deflated bytes of all pieces together, some at a time. ValueError in a build without zlib.
void deflate(std::span<const std::span<const std::byte>> pieces, const std::function<void(std::span<const std::byte>)>& give);

}  // namespace gradus::detail
