// A column while it is read, cell after cell. One whose type is inferred begins as whole numbers and becomes what its cells ask for: whole
// numbers turn into floats where they stand; what turns out to be text after numbers were taken has to be read once more, as_text.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/data/read/internal/number_scan.h>
#include <gradus/data/read/table.h>

namespace gradus::data {

// What all columns of a file have in common.
struct CellRules {
  std::vector<std::string> missing;             // texts that mean: nothing
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
  // Any cell, quotes taken off. False if it is nothing that this column can hold; `why` says what is wrong where that is not plain.
  bool add(std::string_view cell, bool quoted, std::string& why);
  bool add_whole(std::int64_t value);
  bool add_real(double value);
  bool add_truth(bool value);
  bool add_text(std::string_view text, std::string& why);
  bool add_missing();
  void shorten(std::int64_t rows);              // forgets the rows behind
  void expect(std::int64_t rows);               // as many may come: takes memory for numbers once

  // After all (or the first many) rows: the type that was found, and whether the column has to be read again with it.
  ColumnType settle();
  bool to_be_read_again() const { return again_; }
  Column take();                                // the rows, once; the builder goes on with none, and the same categories

 private:
  bool is_missing(std::string_view cell) const;
  bool add_number_cell(std::string_view cell);
  void become(Store store);
  bool give_up_inferring();
  void skip() { ++rows_; }

  ColumnSpec spec_;
  const CellRules* rules_;
  Store store_ = Store::whole;
  bool inferred_ = false, fixed_categories_ = false, again_ = false;
  bool saw_whole_ = false, saw_wide_ = false, saw_real_ = false, saw_beyond_ = false, saw_truth_ = false, saw_text_ = false,
       saw_quoted_missing_ = false;
  std::int64_t low_ = 0, high_ = 0, rows_ = 0;
  std::vector<std::int64_t> whole_;             // codes of categories, too
  std::vector<double> real_;
  std::vector<float> single_;
  std::vector<std::uint8_t> truth_;
  Texts texts_;
  std::map<std::string, std::int64_t, std::less<>> codes_;
  std::vector<std::int64_t> missing_;           // rows
};

inline const char* ColumnBuilder::add_number(const char* p, const bool* ends) {
  ScannedNumber n;
  if (store_ > Store::single || store_ == Store::nothing || rules_->numbers_may_be_missing || !scan_number(p, rules_->decimal, n) ||
      !ends[static_cast<unsigned char>(*n.end)])
    return nullptr;
  if (store_ == Store::real) {
    if (!n.real && inferred_) {
      std::int64_t value;
      if (!whole_value(n, value)) return nullptr;
      saw_wide_ |= value > (std::int64_t{1} << 53) || value < -(std::int64_t{1} << 53);
    }
    (n.real ? saw_real_ : saw_whole_) = true;
    real_.push_back(real_value<double>(n, rules_->decimal));
  } else if (store_ == Store::single) {
    single_.push_back(real_value<float>(n, rules_->decimal));
  } else {
    std::int64_t value;
    if (n.real || !whole_value(n, value) || value < low_ || value > high_) return nullptr;
    saw_whole_ = true;
    saw_wide_ |= value > (std::int64_t{1} << 53) || value < -(std::int64_t{1} << 53);
    whole_.push_back(value);
  }
  ++rows_;
  return n.end;
}

}  // namespace gradus::data
