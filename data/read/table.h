// A table: columns of one length, each with a name, of numbers, texts or categories; what read_csv and read_jsonl give.
//   data::Table t = data::read_csv("flats.csv");
//   Tensor x = t.tensor({"rooms", "area"});                         // f32 [n, 2]
//   const Array& price = t["price"].values;                         // f64 [n]
//   t["city"].texts[0];   t["kind"].categories[1];                  // "Graz"   "terraced house"
// A table may be made by hand as well: Table().add("x", array).add("name", texts).
// Opt-in, by name: no umbrella header includes it.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradus/autograd/tape/tensor.h>

namespace gradus::data {

// Texts, one behind the other in one piece of memory. A dataset: sample i is text i.
class Texts {
 public:
  std::int64_t size() const { return static_cast<std::int64_t>(ends_.size()); }
  std::string_view operator[](std::int64_t i) const {   // no check; valid while this lives and nothing is added
    const auto at = static_cast<std::size_t>(i), begin = at == 0 ? 0 : ends_[at - 1];
    return {bytes_.data() + begin, ends_[at] - begin};
  }
  std::string get(std::int64_t i) const;                // ValueError out of range
  void add(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(bytes_.size());
  }
  void shorten(std::int64_t size);                      // keeps the first `size`
  friend bool operator==(const Texts&, const Texts&) = default;

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

// What a column holds: numbers of a dtype, texts, categories (whole numbers, from 0, for the texts of a list); or what is found there.
class ColumnType {
 public:
  enum class Kind : std::uint8_t { inferred, numbers, texts, categories };
  constexpr ColumnType() = default;
  constexpr ColumnType(Dtype dtype) : kind_(Kind::numbers), dtype_(dtype) {}
  constexpr explicit ColumnType(Kind kind) : kind_(kind), dtype_(i64) {}
  constexpr Kind kind() const { return kind_; }
  constexpr Dtype dtype() const { return dtype_; }      // of numbers and categories
  friend constexpr bool operator==(ColumnType, ColumnType) = default;

 private:
  Kind kind_ = Kind::inferred;
  Dtype dtype_ = i64;
};
inline constexpr ColumnType as_inferred{}, as_text{ColumnType::Kind::texts}, as_category{ColumnType::Kind::categories};
std::ostream& operator<<(std::ostream& out, ColumnType type);   // "f64", "text", "category"

// A column as one wants it read: {"age", i64}, {"city", as_category}, {"answer", as_category, {"no", "yes"}}.
struct ColumnSpec {
  std::string name;
  ColumnType type = {};
  std::vector<std::string> categories = {};   // of a category column: text k is code k; none: those that are found
};

struct Column {
  std::string name;
  ColumnType type = {};
  Array values = {};                          // [n]: numbers, or the codes of categories, i64; undefined for texts
  Texts texts = {};                           // of a text column
  std::vector<std::string> categories = {};   // of a category column
  Array missing = {};                         // bool [n], where there was nothing; undefined if there was something everywhere

  std::int64_t size() const { return type.kind() == ColumnType::Kind::texts ? texts.size() : values.shape()[0]; }
};

class Table {
 public:
  Table() = default;
  explicit Table(std::vector<Column> columns);
  // At the end. ValueError for a name that is there already, ShapeError unless values are [rows()] (any length for the first column).
  Table& add(std::string name, const Array& values) &;
  Table& add(std::string name, Texts texts) &;
  Table& add(Column column) &;
  template <class... T>
  Table add(T&&... column) && { return std::move(add(std::forward<T>(column)...)); }

  std::int64_t rows() const { return columns_.empty() ? 0 : columns_.front().size(); }
  const std::vector<Column>& columns() const& { return columns_; }
  std::vector<Column> columns() && { return std::move(columns_); }
  std::vector<std::string> names() const;
  bool contains(std::string_view name) const;
  const Column& operator[](std::string_view name) const&;   // ValueError; it says which name was probably meant
  Column operator[](std::string_view name) && { return std::as_const(*this)[name]; }

  // What to read another file as, so that it has the same dtypes and codes: read_csv("test.csv", {.types = train.types()}).
  std::vector<ColumnSpec> types() const;

  // Columns side by side: [rows, k]. DtypeError for a column of texts (read it as_category); ValueError for a name that is not there.
  Tensor tensor(std::initializer_list<std::string_view> names, Dtype dtype = f32) const;
  Tensor tensor(const std::vector<std::string>& names, Dtype dtype = f32) const;
  Tensor tensor(Dtype dtype = f32) const;                   // all columns but those of texts

 private:
  std::vector<Column> columns_;
};

}  // namespace gradus::data
