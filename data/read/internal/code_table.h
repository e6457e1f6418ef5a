// Texts and the numbers that they were given by first sight: 0, 1, 2, … The table is open, with a hash of eight bytes at a time whose
// secret each process draws anew, so that no file is made of texts that collide.
//   CodeTable codes;   codes.add("Graz");   codes.find("Graz") == 0;   codes.find("Linz") == -1;
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include <gradus/data/read/table.h>

namespace gradus::data {

class CodeTable {
 public:
  std::int64_t size() const { return texts_.size(); }
  std::string_view operator[](std::int64_t code) const { return texts_[code]; }

  std::int64_t find(std::string_view text) const {                // -1: not there
    if (places_.empty()) return -1;
    const Seen seen = look_at(text);
    for (std::size_t at = seen.hash & mask_;; at = (at + 1) & mask_) {
      const Place& place = places_[at];
      if (place.code < 0) return -1;
      const bool like = place.hash == static_cast<std::uint32_t>(seen.hash >> 32) && place.size == static_cast<std::uint32_t>(text.size());
      if (like && place.word == seen.word && (text.size() < 8 || texts_[place.code] == text)) return place.code;
    }
  }
  std::int64_t add(std::string_view text);                        // what is not there yet; its code

 private:
  struct Place {
    std::int64_t code = -1;
    std::uint32_t hash = 0, size = 0;                             // of a text of 4 GiB and more what is left of its size
    std::uint64_t word = 0;
  };
  struct Seen {
    std::uint64_t hash, word;                                     // word: all of a text of less than 8 bytes
  };
  static std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    a = (a ^ b) * 0x9e3779b97f4a7c15u;
    return a ^ std::rotl(a, 29) ^ (a >> 32);
  }
  Seen look_at(std::string_view text) const {
    const char* p = text.data();
    std::size_t n = text.size();
    std::uint64_t hash = secret_ + n;
    if (n < 8) {
      const std::uint64_t word = n >= 4   ? bytes<4>(p) | bytes<4>(p + n - 4) << 32
                                 : n == 0 ? 0
                                          : bytes<1>(p) | bytes<1>(p + n / 2) << 8 | bytes<1>(p + n - 1) << 16;
      return {end(mixed(hash, word)), word};
    }
    for (; n > 8; p += 8, n -= 8) hash = mixed(hash, bytes<8>(p));
    return {end(mixed(hash, bytes<8>(p + n - 8))), 0};              // may overlap those before
  }
  template <int n>
  static std::uint64_t bytes(const char* p) {
    std::uint64_t out = 0;
    std::memcpy(&out, p, n);
    return out;
  }
  std::uint64_t end(std::uint64_t hash) const { return hash ^ std::rotl(hash * secret_, 32); }
  static std::uint64_t draw_secret();
  void place(std::int64_t code);

  std::uint64_t secret_ = draw_secret(), mask_ = 0;
  std::vector<Place> places_;                                     // at most half of them taken
  Texts texts_;
};

}  // namespace gradus::data
