#include <gradus/data/read/table.h>

#include <algorithm>
#include <ostream>
#include <set>

#include <gradus/autograd/base/describe/nearest_name.h>
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/dataset/dataset.h>

namespace gradus::data {
namespace {

void check_converts(const Column& column, Dtype dtype) {
  const Dtype own = column.values.dtype();
  check<DtypeError>(is_floating(dtype) || own == dtype || (dtype == i64 && !is_floating(own)), "Table::tensor: column ",
                    gradus::detail::in_quotes(column.name), " is ", own, ", which would lose something as ", dtype,
                    "; take f32 or f64, or read the column as ", dtype);
}

Array side_by_side(const std::vector<const Column*>& columns, std::int64_t rows, Dtype dtype) {
  const auto width = static_cast<std::int64_t>(columns.size());
  std::vector<Array> converted;
  for (const Column* column : columns) {
    check_converts(*column, dtype);
    converted.push_back(column->values.to(dtype).as_contiguous());
  }
  Array out({rows, width}, dtype);
  visit(dtype, [&]<class T>(T) {
    T* const to = out.mutable_data<T>();
    constexpr std::int64_t some = 256;   // rows that the cache keeps until all columns are in them
    for (std::int64_t begin = 0; begin < rows; begin += some)
      for (std::int64_t k = 0; k < width; ++k) {
        const T* from = converted[static_cast<std::size_t>(k)].data<T>();
        for (std::int64_t row = begin; row < std::min(begin + some, rows); ++row) to[row * width + k] = from[row];
      }
  });
  return out;
}

const Column& numbers_of(const Table& table, std::string_view name) {
  const Column& column = table[name];
  check<DtypeError>(column.type.kind() != ColumnType::Kind::texts, "Table::tensor: column ", gradus::detail::in_quotes(name),
                    " holds texts; read it as_category, or turn them into numbers");
  return column;
}

void check_column(const Column& column, std::int64_t rows) {
  const auto name = [&] { return gradus::detail::in_quotes(column.name); };
  check<ValueError>(column.type.kind() != ColumnType::Kind::inferred, "Table: column ", name, " needs a type");
  if (column.type.kind() != ColumnType::Kind::texts) {
    check<ShapeError>(column.values.defined() && column.values.rank() == 1, "Table: column ", name, ": values are [n], not ",
                      column.values.shape());
    check<DtypeError>(column.values.dtype() == column.type.dtype(), "Table: column ", name, " is of type ", column.type, ", its values ",
                      column.values.dtype());
  }
  check<ShapeError>(column.size() == rows, "Table: column ", name, " has ", column.size(), " rows, and the others ", rows);
  check<ShapeError>(!column.missing.defined() || (column.missing.dtype() == boolean && column.missing.shape() == Shape{rows}),
                    "Table: column ", name, ": missing is bool [", rows, "]");
}

template <class Names>
Tensor tensor_of(const Table& table, const Names& names, Dtype dtype) {
  std::vector<const Column*> columns;
  for (const auto& name : names) columns.push_back(&numbers_of(table, name));
  return side_by_side(columns, table.rows(), dtype);
}

}  // namespace

std::string Texts::get(std::int64_t i) const {
  check_index(i, size(), "Texts");
  return std::string((*this)[i]);
}

void Texts::shorten(std::int64_t size) {
  if (size >= this->size()) return;
  ends_.resize(static_cast<std::size_t>(size));
  bytes_.resize(ends_.empty() ? 0 : ends_.back());
}

std::ostream& operator<<(std::ostream& out, ColumnType type) {
  switch (type.kind()) {
    case ColumnType::Kind::numbers: return out << type.dtype();
    case ColumnType::Kind::texts: return out << "text";
    case ColumnType::Kind::categories: return out << "category";
    default: return out << "inferred";
  }
}

Table& Table::add(std::string name, const Array& values) & {
  check<ShapeError>(values.defined() && values.rank() == 1, "Table::add: the values of a column are [n], not ", values.shape());
  return add({.name = std::move(name), .type = values.dtype(), .values = values.as_contiguous()});
}

Table& Table::add(std::string name, Texts texts) & {
  return add({.name = std::move(name), .type = as_text, .texts = std::move(texts)});
}

Table& Table::add(Column column) & {
  check<ValueError>(!contains(column.name), "Table::add: there is a column ", gradus::detail::in_quotes(column.name), " already");
  check_column(column, columns_.empty() ? column.size() : rows());
  columns_.push_back(std::move(column));
  return *this;
}

Table::Table(std::vector<Column> columns) {
  std::set<std::string_view> names;
  for (const Column& column : columns) {
    check<ValueError>(names.insert(column.name).second, "Table: two columns are called ", gradus::detail::in_quotes(column.name));
    check_column(column, columns.front().size());
  }
  columns_ = std::move(columns);
}

std::vector<std::string> Table::names() const {
  std::vector<std::string> out;
  for (const Column& column : columns_) out.push_back(column.name);
  return out;
}

bool Table::contains(std::string_view name) const { return std::ranges::find(columns_, name, &Column::name) != columns_.end(); }

const Column& Table::operator[](std::string_view name) const& {
  const auto found = std::ranges::find(columns_, name, &Column::name);
  if (found == columns_.end()) {
    const std::vector<std::string_view> names = [&] {
      std::vector<std::string_view> out;
      for (const Column& column : columns_) out.push_back(column.name);
      return out;
    }();
    fail<ValueError>("Table: has no column ", gradus::detail::in_quotes(name), did_you_mean(name, names));
  }
  return *found;
}

std::vector<ColumnSpec> Table::types() const {
  std::vector<ColumnSpec> out;
  for (const Column& column : columns_) out.push_back({column.name, column.type, column.categories});
  return out;
}

Tensor Table::tensor(std::initializer_list<std::string_view> names, Dtype dtype) const { return tensor_of(*this, names, dtype); }
Tensor Table::tensor(const std::vector<std::string>& names, Dtype dtype) const { return tensor_of(*this, names, dtype); }
Tensor Table::tensor(Dtype dtype) const {
  std::vector<const Column*> columns;
  for (const Column& column : columns_)
    if (column.type.kind() != ColumnType::Kind::texts) columns.push_back(&column);
  return side_by_side(columns, rows(), dtype);
}

}  // namespace gradus::data
