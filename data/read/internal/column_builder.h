// A column while it is read, cell after cell. One whose type is inferred begins as whole numbers and becomes what its cells ask for: whole
// numbers turn into floats where they stand; what turns out to be text after numbers were taken has to be read once more, as_text.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/data/read/internal/cell_ends.h>
#include <gradus/data/read/internal/code_table.h>
#include <gradus/data/read/internal/grown.h>
#include <gradus/data/read/internal/number_scan.h>
#include <gradus/data/read/table.h>

namespace gradus::data {

// Texts that mean: nothing. Most texts are none of them, which their beginning and length say.
class MissingTexts {
 public:
  MissingTexts(const std::vector<std::string>& texts = {}) : texts_(texts) {
    for (const std::string& t : texts) lengths_[first(t)] |= length(t);
  }
  bool contains(std::string_view text) const {
    return (lengths_[first(text)] & length(text)) != 0 && std::ranges::find(texts_, text) != texts_.end();
  }

 private:
  static std::size_t first(std::string_view text) { return text.empty() ? 0 : static_cast<unsigned char>(text.front()); }
  static std::uint32_t length(std::string_view text) { return std::uint32_t{1} << std::min<std::size_t>(text.size(), 31); }
  std::vector<std::string> texts_;
  std::array<std::uint32_t, 256> lengths_{};    // of those that begin with a byte
};

// What all columns of a file have in common.
struct CellRules {
  MissingTexts missing;
  char decimal = '.';
  char separator = ',';                         // is no blank to be left out
  bool mask_missing = false;                    // whole numbers may be missing: 0 then
  std::optional<std::int64_t> unknown_code;     // of what is in no given category, and of what is missing
  bool sort_categories = true;                  // those that are found
  bool numbers_may_be_missing = false;          // one of `missing` could be a number
};

class ColumnBuilder {
 public:
  enum class Store : std::uint8_t { nothing, whole, real, single, truth, texts, category };

  ColumnBuilder(const ColumnSpec& spec, const CellRules& rules);   // ValueError for types that cannot be

  const std::string& name() const { return spec_.name; }
  ColumnType type() const { return spec_.type; }
  Store store() const { return store_; }
  std::int64_t rows() const { return rows_; }

  // A cell that begins at p is a number that ends where `ends[*end]`: its end, and it has been added; else null, and nothing has happened.
  inline const char* add_number(const char* p, const bool* ends);
  // The same of a word: true or false, or a short text without quotes of a category that is known.
  const char* add_word(const char* p, const bool* ends, const CellEnds& cell_ends, char quote) {
    if (store_ == Store::truth) return add_truth_word(p, ends);
    return store_ == Store::category && *p != quote ? add_known(p, cell_ends) : nullptr;
  }
  // Any cell, quotes taken off; `ascii`: it is known to have no other characters. False if it is nothing that this column can hold;
  // `why` says what is wrong where that is not plain.
  bool add(std::string_view cell, bool quoted, std::string& why, bool ascii = false);
  bool add_whole(std::int64_t value);
  bool add_real(double value);
  bool add_truth(bool value);
  bool add_text(std::string_view text, std::string& why, bool ascii = false);
  bool add_missing();
  // A cell of no bytes, without quotes: true where that is a missing number, and it has been added.
  bool add_nothing() {
    if (store_ != Store::real || !nothing_is_missing_) return false;
    real_.push(std::numeric_limits<double>::quiet_NaN());
    missing_.push_back(rows_++);
    return true;
  }
  void shorten(std::int64_t rows);              // forgets the rows behind
  void expect(std::int64_t rows);               // as many may come: takes memory for numbers once

  // After all (or the first many) rows: the type that was found, and whether the column has to be read again with it.
  ColumnType settle();
  bool to_be_read_again() const { return again_; }
  Column take();                                // the rows, once; the builder goes on with none, and the same categories

 private:
  inline const char* add_truth_word(const char* p, const bool* ends);
  inline const char* add_known(const char* p, const CellEnds& ends);
  bool add_number_cell(std::string_view cell);
  const char* add_scanned(const char* p, const bool* ends);     // add_number of any number
  void become(Store store);
  bool give_up_inferring();
  void skip() { ++rows_; }

  ColumnSpec spec_;
  const CellRules* rules_;
  Store store_ = Store::whole;
  bool scans_ = true, nothing_is_missing_;      // none of the missing texts could be a number; an empty cell is one
  bool inferred_ = false, fixed_categories_ = false, again_ = false;
  bool saw_whole_ = false, saw_wide_ = false, saw_real_ = false, saw_beyond_ = false, saw_truth_ = false, saw_text_ = false,
       saw_quoted_missing_ = false;
  std::int64_t low_ = 0, high_ = 0, rows_ = 0;
  Grown<std::int64_t> whole_;                   // codes of categories, too
  Grown<double> real_;
  Grown<float> single_;
  Grown<std::uint8_t> truth_;
  Texts texts_;
  CodeTable codes_;
  std::vector<std::int64_t> missing_;           // rows
};

[[gnu::always_inline]] inline const char* ColumnBuilder::add_number(const char* p, const bool* ends) {
  if (store_ > Store::single || !scans_) return nullptr;
  if (store_ == Store::whole && is_digit(*p)) {
    // One or two digits, which all whole types hold. A branch says where the next cell begins, so the processor goes there before it knows.
    const auto end_behind = [&](int n) { return ends[static_cast<unsigned char>(p[n])]; };
    const int count = end_behind(1) ? 1 : is_digit(p[1]) && end_behind(2) ? 2 : 0;
    if (count != 0) {
      whole_.push(count == 1 ? p[0] - '0' : 10 * (p[0] - '0') + (p[1] - '0'));
      saw_whole_ = true;
      ++rows_;
      return p + count;
    }
  }
  // What most numbers are: up to 7 digits, a decimal point and up to 16 of them, 19 in all.
  const bool negative = *p == '-';
  const char* const first = p + (negative || *p == '+');
  std::uint64_t digits;
  const int whole = some_digits(first, digits);
  const char* q = first + whole;
  if (whole == 0 && *first != rules_->decimal) return nullptr;
  if (whole == 0 || whole == 8) return add_scanned(p, ends);
  if (store_ == Store::whole) {
    const std::int64_t value = (static_cast<std::int64_t>(digits) ^ -std::int64_t{negative}) + negative;   // no branch
    if (!ends[static_cast<unsigned char>(*q)] || value < low_ || value > high_) return add_scanned(p, ends);
    whole_.push(value);
    saw_whole_ = true;
    ++rows_;
    return q;
  }
  if (*q != rules_->decimal) return add_scanned(p, ends);
  const char* const point = q++;
  q = scan_digits(q, digits);
  const std::int64_t count = q - first - 1;
  if (count > 19 || !ends[static_cast<unsigned char>(*q)]) return add_scanned(p, ends);
  const ScannedNumber n{p, q, digits, count, point + 1 - q, negative, true};
  if (store_ == Store::real) real_.push(real_value<double>(n, rules_->decimal));
  else single_.push(real_value<float>(n, rules_->decimal));
  saw_real_ = true;
  ++rows_;
  return q;
}

// Which of the two it is moves data and no branch: the next cell is as good as a coin.
[[gnu::always_inline]] inline const char* ColumnBuilder::add_truth_word(const char* p, const bool* ends) {
  const auto four = [](const char* from) {
    std::uint32_t word;
    std::memcpy(&word, from, 4);
    return word | 0x20202020u;   // in small letters
  };
  const std::uint32_t word = four(p);
  const char fifth = static_cast<char>(p[4] | 0x20);
  const bool yes = word == four("true"), no = word == four("fals") && fifth == 'e';
  const char* const q = p + 5 - yes;
  if (!(yes || no) || !ends[static_cast<unsigned char>(*q)]) return nullptr;
  if (rules_->missing.contains({p, static_cast<std::size_t>(q - p)})) return nullptr;
  truth_.push(yes);
  saw_truth_ = true;
  ++rows_;
  return q;
}

[[gnu::always_inline]] inline const char* ColumnBuilder::add_known(const char* p, const CellEnds& ends) {
  bool ascii;
  const char* const q = ends.find(p, ascii);
  const auto n = static_cast<std::size_t>(q - p);
  if (n > 16 || rules_->missing.contains({p, n})) return nullptr;
  const std::int64_t code = codes_.find_short(p, n);
  if (code < 0) return nullptr;
  whole_.push(code);
  saw_text_ = true;
  ++rows_;
  return q;
}

}  // namespace gradus::data
