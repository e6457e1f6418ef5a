// Texts and the numbers that they were given by first sight: 0, 1, 2, … The table is open and finds a text of at most 16 bytes without
// reading it byte by byte. Each process draws the hash's secret anew, so that no file is made of texts that collide.
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

  std::int64_t find(std::string_view text) const { return find(text, key_of(text)); }   // -1: not there
  // The same for at most 16 bytes, behind whose beginning 16 may be read: no branch depends on their number.
  std::int64_t find_short(const char* p, std::size_t n) const {
    const auto kept = [](std::size_t bytes) {
      const std::size_t others = 64 - 8 * bytes;
      const std::uint64_t all = ~std::uint64_t{0};
      return bytes == 0 ? 0 : std::endian::native == std::endian::little ? all >> others : all << others;
    };
    const std::size_t low = n < 8 ? n : 8;
    return find({p, n}, {bytes<8>(p) & kept(low), bytes<8>(p + 8) & kept(n - low)});
  }
  std::int64_t add(std::string_view text);                        // what is not there yet; its code

 private:
  struct Key {
    std::uint64_t low, high;                                      // a text of at most 16 bytes itself; of a longer one a hash
  };
  struct Place {
    std::int64_t code = -1;
    std::uint64_t size = 0;
    Key key{};
  };
  std::int64_t find(std::string_view text, Key key) const {
    if (places_.empty()) return -1;
    for (std::size_t at = begin_of(key, text.size());; at = (at + 1) & mask_) {
      const Place& place = places_[at];
      if (place.code < 0) return -1;
      const bool like = place.key.low == key.low && place.key.high == key.high && place.size == text.size();
      if (like && (text.size() <= 16 || texts_[place.code] == text)) return place.code;
    }
  }
  std::size_t begin_of(Key key, std::size_t size) const {
    // One after the other: of two halves that are mixed alike, any two that are equal would leave nothing of the secret.
    return mixed(mixed(key.low + size, secret_) + key.high, secret_) & mask_;
  }
  static std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    a = (a ^ b) * 0x9e3779b97f4a7c15u;
    return a ^ std::rotl(a, 29) ^ (a >> 32);
  }
  Key key_of(std::string_view text) const {
    const char* p = text.data();
    std::size_t n = text.size();
    Key key{};
    if (n <= 16) {
      if (n != 0) std::memcpy(&key, p, n);
      return key;
    }
    key = {secret_, n};
    for (; n > 8; p += 8, n -= 8) key = {mixed(key.low, bytes<8>(p)), mixed(key.high + key.low, bytes<8>(p))};
    const std::uint64_t last = bytes<8>(p + n - 8);                // may overlap those before
    return {mixed(key.low, last), mixed(key.high + key.low, last)};
  }
  template <int n>
  static std::uint64_t bytes(const char* p) {
    std::uint64_t out = 0;
    std::memcpy(&out, p, n);
    return out;
  }
  static std::uint64_t draw_secret();
  void place(std::int64_t code);

  std::uint64_t secret_ = draw_secret(), mask_ = 0;
  std::vector<Place> places_;                                     // at most half of them taken
  Texts texts_;
};

}  // namespace gradus::data
