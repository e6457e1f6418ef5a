// The format: https://github.com/huggingface/safetensors#format. What its reader accepts, this one accepts too, but for names that stand
// twice, which the format forbids, and tensors written as lists.
#include <gradus/autograd/array/formats/internal/safetensors_header.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <numeric>
#include <string_view>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus::detail {
namespace {

constexpr int deepest = 127;                    // nested brackets, as in the reference
constexpr std::size_t most_dimensions = 64;     // as many as NumPy and PyTorch have
constexpr std::uint64_t shortest_entry = std::string_view(R"("":{"dtype":"F4","shape":[],"data_offsets":[0,0]})").size();

// The header's characters, read from the file a piece at a time. FileError unless they begin with '{', and for zero bytes, which the parser
// would take for the end.
class HeaderText {
 public:
  HeaderText(const InputFile& file, std::uint64_t begin, std::uint64_t length) : file_(file), begin_(begin), length_(length) {
    constexpr std::string_view blanks = " \t\r\n";
    std::size_t first = blanks.npos;
    do load();
    while (!ended() && (first = here().find_first_not_of(blanks)) == blanks.npos);
    check<FileError>(first != blanks.npos && here()[first] == '{', "the header does not start with '{'");
    if (read_before_ == 0) return;
    read_before_ = 0, end_ = buffer_.data();   // from the start again
    load();
  }
  std::uint64_t length() const { return length_; }
  bool ended() const { return at_ == end_; }
  char character() const { return *at_; }
  void advance() {
    if (++at_ == end_) load();
  }
  std::uint64_t position() const { return read_before_ + static_cast<std::uint64_t>(at_ - buffer_.data()); }   // how many have been read

 private:
  std::string_view here() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }
  void load() {
    read_before_ += static_cast<std::uint64_t>(end_ - buffer_.data());
    const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), length_ - read_before_));
    file_.read_at(begin_ + read_before_, buffer_.data(), bytes);
    at_ = buffer_.data();
    end_ = at_ + bytes;
    check<FileError>(here().find('\0') == std::string_view::npos, "a zero byte in the header");
  }

  const InputFile& file_;
  const std::uint64_t begin_, length_;
  std::uint64_t read_before_ = 0;               // what came before the buffer
  std::array<char, 65536> buffer_;
  const char *at_ = buffer_.data(), *end_ = buffer_.data();
};

// For the parser. The end is a cursor without a text.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  Cursor() = default;
  explicit Cursor(HeaderText& text) : text_(&text) {}
  char operator*() const { return text_->character(); }
  Cursor& operator++() {
    text_->advance();
    return *this;
  }
  friend bool operator==(const Cursor& a, const Cursor&) { return a.text_->ended(); }

 private:
  HeaderText* text_ = nullptr;
};

// Receives the header piece by piece and keeps what it says.
class HeaderReader {
 public:
  HeaderReader(const HeaderText& text, const SafetensorsOptions& options) : text_(text), options_(options) {
    // memory that is not used costs addresses only
    const std::uint64_t most = std::min(options.max_entries, text.length() / shortest_entry);
    entries.reserve(most);
    positions.reserve(most);
  }

  bool start_object(std::size_t) {
    if (depth_ == 1) {
      in_metadata_ = key_ == metadata_key;
      if (!in_metadata_) begin_entry();
      field_ = Field::none;
    } else if (depth_ > 1 && !ignored()) {
      refuse("an object where none belongs");
    }
    deeper();
    return true;
  }
  bool end_object() {
    --depth_;
    if (depth_ == 1 && !in_metadata_ && seen_ != 7)
      fail<FileError>("tensor ", in_quotes(entries.back().name), ": needs dtype, shape and data_offsets", here());
    return true;
  }
  bool key(std::string& key) {
    if (depth_ == 1) {
      if (key == metadata_key && std::exchange(metadata_seen_, true)) fail<FileError>("duplicate name ", in_quotes(key), here());
      key_.swap(key);
    } else if (depth_ == 2) {
      key_.swap(key);
      if (!in_metadata_)
        field_ = key_ == "dtype" ? Field::dtype : key_ == "shape" ? Field::shape : key_ == "data_offsets" ? Field::offsets : Field::other;
    }
    return true;
  }
  bool string(std::string& value) {
    if (depth_ == 2 && in_metadata_) {
      count_one();
      if (!metadata.emplace(std::move(key_), std::move(value)).second) refuse("duplicate key");
    } else if (depth_ == 2 && field_ == Field::dtype) {
      first_of_its_kind(1);
      const StoredDtype* known = stored_dtype(value);
      if (!known)
        fail<FileError>("tensor ", in_quotes(entries.back().name), ": dtype ", in_quotes(value), " is none of the format's", here());
      entries.back().dtype = known->name;
      entries.back().loads_as = known->loads_as;
    } else if (!ignored()) {
      refuse("a string where none belongs");
    }
    return true;
  }
  bool start_array(std::size_t) {
    if (depth_ == 2 && field_ == Field::shape) first_of_its_kind(2);
    else if (depth_ == 2 && field_ == Field::offsets) first_of_its_kind(4);
    else if (!ignored()) refuse("an array where none belongs");
    deeper();
    return true;
  }
  bool end_array() {
    --depth_;
    if (depth_ == 2 && field_ == Field::offsets && offsets_ != 2) refuse("data_offsets must be two numbers");
    return true;
  }
  bool number_unsigned(std::uint64_t value) {
    if (depth_ == 3 && field_ == Field::shape) {
      if (entries.back().shape.size() == most_dimensions) refuse("more than 64 dimensions");
      entries.back().shape.push_back(value);
    } else if (depth_ == 3 && field_ == Field::offsets) {
      if (offsets_ == 2) refuse("data_offsets must be two numbers");
      (offsets_++ == 0 ? entries.back().begin : entries.back().end) = value;
    } else if (!ignored()) {
      refuse("a number where none belongs");
    }
    return true;
  }
  bool number_integer(std::int64_t) { return ignored() || refuse("a negative number"); }
  bool number_float(double, const std::string&) { return ignored() || refuse("a number that is not an integer below 2^64"); }
  bool null() { return ignored() || (depth_ == 1 && key_ == metadata_key) || refuse("a null where none belongs"); }
  bool boolean(bool) { return ignored() || refuse("a truth value where none belongs"); }
  bool binary(nlohmann::json::binary_t&) { return refuse("binary data"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    fail<FileError>("header is not valid JSON at byte ", position);
  }

  std::vector<SafetensorsEntry> entries;
  std::vector<std::uint32_t> positions;         // of their names
  std::map<std::string, std::string> metadata;

 private:
  enum class Field { none, dtype, shape, offsets, other };

  void begin_entry() {
    count_one();
    entries.push_back({.name = key_, .dtype = {}, .loads_as = {}, .shape = {}, .begin = 0, .end = 0});
    positions.push_back(static_cast<std::uint32_t>(text_.position()));
    seen_ = 0;
    offsets_ = 0;
  }
  void count_one() {
    if (entries.size() + metadata.size() >= options_.max_entries)
      fail<FileError>("more than ", options_.max_entries, " tensors and metadata entries", here(),
                      "; SafetensorsOptions::max_entries sets the limit");
  }
  void first_of_its_kind(unsigned bit) {
    if (seen_ & bit) refuse("duplicate key");
    seen_ |= bit;
  }
  void deeper() {
    if (++depth_ > deepest) refuse("brackets nested too deeply");
  }
  // What belongs to a key that the format does not know.
  bool ignored() const { return depth_ >= 2 && field_ == Field::other; }
  std::string here() const { return text(", at byte ", text_.position(), " of the header"); }
  [[noreturn]] bool refuse(const char* what) const {
    if (depth_ < 2) fail<FileError>("tensor ", in_quotes(key_), ": ", what, here());
    if (in_metadata_) fail<FileError>(metadata_key, ": ", what, " at key ", in_quotes(key_), here());
    fail<FileError>("tensor ", in_quotes(entries.back().name), ": ", what, " at key ", in_quotes(key_), here());
  }

  const HeaderText& text_;
  const SafetensorsOptions& options_;
  int depth_ = 0;
  bool in_metadata_ = false, metadata_seen_ = false;
  Field field_ = Field::none;
  unsigned seen_ = 0;                           // bits: dtype, shape, data_offsets
  int offsets_ = 0;
  std::string key_;                             // of the two outer levels
};

// The numbers from 0 to n − 1 in the order of `before`.
template <class F>
std::vector<std::uint32_t> sorted_places(std::size_t n, F before) {
  std::vector<std::uint32_t> places(n);
  std::iota(places.begin(), places.end(), 0u);
  if (!std::is_sorted(places.begin(), places.end(), before)) std::sort(places.begin(), places.end(), before);
  return places;
}

// How many characters all names begin with alike.
std::size_t common_beginning(const std::vector<SafetensorsEntry>& entries) {
  std::string_view all = entries.empty() ? std::string_view() : entries.front().name;
  for (const SafetensorsEntry& e : entries) {
    const std::size_t most = std::min(all.size(), e.name.size());
    if (e.name.compare(0, most, all, 0, most) == 0) all = all.substr(0, most);
    else
      all =
          all.substr(0, static_cast<std::size_t>(std::mismatch(all.begin(), all.end(), e.name.begin(), e.name.end()).first - all.begin()));
  }
  return all.size();
}

// Places in the header's entries. FileError for a name that stands twice. What follows the common beginning is compared as a number first:
// a name itself lies somewhere else in memory.
std::vector<std::uint32_t> by_name(const HeaderReader& header) {
  struct Place {
    std::uint64_t start;
    std::uint32_t place;
  };
  const auto& entries = header.entries;
  const std::size_t beginning = common_beginning(entries);
  std::vector<Place> sorted(entries.size());
  for (std::uint32_t i = 0; i < sorted.size(); ++i) {
    std::uint64_t start = 0;
    for (std::size_t at = beginning; at < beginning + 8; ++at)
      start = start << 8 | (at < entries[i].name.size() ? static_cast<unsigned char>(entries[i].name[at]) : 0u);
    sorted[i] = {start, i};
  }
  const auto before = [&](const Place& a, const Place& b) {
    if (a.start != b.start) return a.start < b.start;
    const int order = entries[a.place].name.compare(entries[b.place].name);
    return order != 0 ? order < 0 : a.place < b.place;
  };
  if (!std::is_sorted(sorted.begin(), sorted.end(), before)) std::sort(sorted.begin(), sorted.end(), before);
  std::vector<std::uint32_t> places(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) places[i] = sorted[i].place;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const std::string& name = entries[places[i]].name;
    check<FileError>(sorted[i - 1].start != sorted[i].start || entries[places[i - 1]].name != name, "duplicate name ",
                     [&] { return in_quotes(name); }, ", at byte ", header.positions[places[i]], " of the header");
  }
  return places;
}

// Brings the entries into the order of their data, and their places in the order of the names along.
void sort_by_data(std::vector<SafetensorsEntry>& entries, std::vector<std::uint32_t>& by_name) {
  const auto order = sorted_places(entries.size(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(entries[a].begin, entries[a].end, a) < std::tuple(entries[b].begin, entries[b].end, b);
  });
  if (std::is_sorted(order.begin(), order.end())) return;
  std::vector<std::uint32_t> now_at(entries.size());
  for (std::uint32_t i = 0; i < now_at.size(); ++i) now_at[order[i]] = i;
  for (std::uint32_t& place : by_name) place = now_at[place];
  for (std::uint32_t i = 0; i < now_at.size(); ++i)   // in place: each exchange brings one to where it belongs
    while (now_at[i] != i) {
      std::swap(entries[i], entries[now_at[i]]);
      std::swap(now_at[i], now_at[now_at[i]]);
    }
}

void check_length(const SafetensorsEntry& e) {
  const auto name = [&] { return in_quotes(e.name); };   // written only for errors: there may be a million tensors
  const auto require = [&](bool ok, const auto&... rule) { check<FileError>(ok, "tensor ", name, ": ", rule...); };
  require(e.begin <= e.end, "data_offsets run backwards: [", e.begin, ", ", e.end, "]");
  std::uint64_t bits = static_cast<std::uint64_t>(stored_dtype(e.dtype)->bits);
  const bool empty = std::find(e.shape.begin(), e.shape.end(), 0u) != e.shape.end();
  for (const std::uint64_t size : e.shape)
    if (!empty) require(!__builtin_mul_overflow(bits, size, &bits), "the shape's product exceeds 2^64");
  if (empty) bits = 0;
  require(bits % 8 == 0, e.dtype, " elements that do not fill their last byte");
  if (e.end - e.begin == bits / 8) return;
  const std::string shape = [&] {
    std::string out;
    for (const std::uint64_t size : e.shape) out += text(out.empty() ? "" : ", ", size);
    return out;
  }();
  require(false, e.dtype, " [", shape, "] takes ", bits / 8, " bytes but data_offsets [", e.begin, ", ", e.end, "] hold ", e.end - e.begin);
}

void check_places(const std::vector<SafetensorsEntry>& entries, std::uint64_t data_bytes) {
  std::uint64_t next = 0;
  for (const SafetensorsEntry& e : entries) {
    const auto name = [&] { return in_quotes(e.name); };
    check<FileError>(e.begin >= next, "tensor ", name, ": its data overlap another tensor's: begin at ", e.begin, ", before ", next);
    check<FileError>(e.begin <= next, "tensor ", name, ": a hole before its data, bytes ", next, " to ", e.begin);
    next = e.end;
  }
  check<FileError>(next <= data_bytes, "truncated: the tensors take ", next, " bytes, the file has ", data_bytes, " after its header");
  check<FileError>(next >= data_bytes, data_bytes - next, " bytes after the last tensor");
}

}  // namespace

SafetensorsHeader read_header(const InputFile& file, std::uint64_t begin, std::uint64_t length, const SafetensorsOptions& options) {
  const auto text = std::make_unique<HeaderText>(file, begin, length);
  HeaderReader reader(*text, options);
  nlohmann::json::sax_parse(Cursor(*text), Cursor(), &reader);
  SafetensorsHeader header{{}, by_name(reader), std::move(reader.metadata)};
  header.entries = std::move(reader.entries);
  for (const SafetensorsEntry& e : header.entries) check_length(e);
  sort_by_data(header.entries, header.by_name);
  check_places(header.entries, file.size() - begin - length);
  return header;
}

}  // namespace gradus::detail
