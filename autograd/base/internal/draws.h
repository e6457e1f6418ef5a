// What a piece of a program draws from generators, whichever they are, in order; and the same numbers once more when it runs again.
//   Draws draws;
//   { const Drawing first(draws, Drawing::notes);  f(); }
//   { const Drawing again(draws, Drawing::repeats);  f(); }       // the same numbers; no generator moves on
// Of this thread. 4 bytes for each 32 random bits: an operation that fills an array draws one key of 8 bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gradus::detail {

using Draws = std::vector<std::uint32_t>;

class Drawing {
 public:
  enum Use { notes, repeats };
  Drawing(Draws& draws, Use use);
  Drawing(const Drawing&) = delete;
  ~Drawing();

  // The next number of a piece within: this one's, or what `source` gives, noted. ValueError where there are no more to repeat.
  template <class Source>
  std::uint32_t next(Source&& source) {
    if (use_ == repeats) return repeated();
    const std::uint32_t bits = outer_ ? outer_->next(source) : source();
    draws_.push_back(bits);
    return bits;
  }

 private:
  std::uint32_t repeated();
  Draws& draws_;
  const Use use_;
  std::size_t at_ = 0;
  Drawing* const outer_;
};

extern constinit thread_local Drawing* drawing;   // the innermost; null nearly always

}  // namespace gradus::detail
