// Streams: samples one after the other, nobody knows how many: lines of files, what a generator makes, what is too large for memory.
// A stream is a description that can be copied; open() gives a reader, whose next() gives the next sample, or nothing at the end.
//   struct Countdown {
//     int from;
//     struct Reader {
//       int left;
//       std::optional<int> next() { return left > 0 ? std::optional(left--) : std::nullopt; }
//     };
//     Reader open() const { return {from}; }
//   };
//   data::DataLoader loader(data::shuffle(Countdown{1000}, 100), {.batch_size = 10, .workers = 1});
// What open(pass) gives depends on the pass alone, so that one that was interrupted can be had again: its reader skips what has been seen,
// by skip(n) if it has one, else by n samples that nobody gets.
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

namespace gradus::data {

// Once through a stream: what its random numbers hang from.
struct Pass {
  std::uint64_t seed = 0, epoch = 0;
  std::int64_t level = 0;                         // how many streams stand on this one
};

namespace detail {
template <class S>
auto open_stream(const S& stream, const Pass& pass) {
  if constexpr (requires { stream.open(pass); }) return stream.open(pass);
  else return stream.open();
}
inline Pass below(Pass pass) {
  ++pass.level;
  return pass;
}
template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;
}  // namespace detail

template <class S>
concept Stream = std::copy_constructible<S> &&
                 (requires(const S& s) { s.open(); } || requires(const S& s, const Pass& pass) { s.open(pass); }) &&
                 requires(const S& s) { requires detail::is_optional<decltype(detail::open_stream(s, Pass{}).next())>; };

template <Stream S> using ReaderOf = decltype(detail::open_stream(std::declval<const S&>(), Pass{}));
template <Stream S> using StreamedBy = typename decltype(std::declval<ReaderOf<S>&>().next())::value_type;   // a sample

// Leaves out n samples; how many there were, if fewer.
template <class Reader>
std::int64_t skip_samples(Reader& reader, std::int64_t n) {
  if constexpr (requires { { reader.skip(n) } -> std::convertible_to<std::int64_t>; }) {
    return reader.skip(n);
  } else {
    std::int64_t skipped = 0;
    while (skipped < n && reader.next()) ++skipped;
    return skipped;
  }
}

}  // namespace gradus::data
