#include <algorithm>
#include <array>
#include <charconv>

#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/read/csv.h>

namespace gradus::data {
namespace {

template <class T>
void append_number(std::string& out, T value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_text(std::string& out, std::string_view text, char separator) {
  static const CsvOptions defaults;
  const bool blank_ends = !text.empty() && (text.front() == ' ' || text.back() == ' ');
  const bool quoted = blank_ends || text.find_first_of(std::string_view("\"\r\n\xef", 4)) != text.npos ||
      text.find(separator) != text.npos ||
                      std::ranges::find(defaults.missing, text) != defaults.missing.end();
  if (!quoted) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

// Values of a column as texts that read back as they are.
class CellWriter {
 public:
  CellWriter(const Column& column, char separator, bool alone) : column_(column), separator_(separator), nothing_(alone ? "NA" : "") {
    if (column.missing.defined()) missing_ = column.missing.as_contiguous();
    if (column.values.defined()) values_ = column.values.as_contiguous();
    if (values_.defined() && is_small_float(values_.dtype())) values_ = values_.to(f32);
  }
  void append(std::string& out, std::int64_t row) const {
    if (missing_.defined() && missing_.data<bool>()[row]) {
      out += nothing_;
    } else if (column_.type.kind() == ColumnType::Kind::texts) {
      append_text(out, column_.texts[row], separator_);
    } else if (column_.type.kind() == ColumnType::Kind::categories) {
      const std::int64_t code = values_.data<std::int64_t>()[row];
      check<ValueError>(code >= 0 && code < static_cast<std::int64_t>(column_.categories.size()), "write_csv: column ",
                        gradus::detail::in_quotes(column_.name), ", row ", row, ": there is no category ", code);
      append_text(out, column_.categories[static_cast<std::size_t>(code)], separator_);
    } else {
      visit(values_.dtype(), [&]<class T>(T) {
        const T value = values_.data<T>()[row];
        if constexpr (std::is_same_v<T, bool>) out += value ? "true" : "false";
        else if constexpr (std::is_integral_v<T>) append_number(out, static_cast<std::int64_t>(value));
        else if constexpr (std::is_floating_point_v<T>) value == value ? append_number(out, value) : void(out += nothing_);
      });
    }
  }

 private:
  const Column& column_;
  char separator_;
  const char* nothing_;
  Array values_, missing_;
};

}  // namespace

void write_csv(const FileName& file, const Table& table, const CsvWriteOptions& options) {
  check<ValueError>(options.separator != '"' && options.separator != '\n' && options.separator != '\r' && options.separator != '.' &&
                        options.separator != '\0' && !(options.separator >= '0' && options.separator <= '9') && options.separator != '-' &&
                        options.separator != '+' && !(options.separator >= 'A' && options.separator <= 'Z') &&
                        !(options.separator >= 'a' && options.separator <= 'z'),
                    "write_csv: separator cannot be a letter, a digit, a sign, a quote or the end of a line");
  check<ValueError>(!table.columns().empty(), "write_csv: a file has at least one column");
  FileReplacement out(file);
  std::string buffer;
  const bool alone = table.columns().size() == 1;
  std::vector<CellWriter> cells;
  for (const Column& column : table.columns()) cells.emplace_back(column, options.separator, alone);
  if (options.header) {
    for (const Column& column : table.columns()) {
      if (&column != &table.columns().front()) buffer += options.separator;
      append_text(buffer, column.name, options.separator);
    }
    buffer += '\n';
  }
  for (std::int64_t row = 0; row < table.rows(); ++row) {
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) buffer += options.separator;
      cells[c].append(buffer, row);
    }
    buffer += '\n';
    if (buffer.size() > 1 << 16) {
      out.write(buffer.data(), buffer.size());
      buffer.clear();
    }
  }
  out.write(buffer.data(), buffer.size());
  out.commit();
}

}  // namespace gradus::data
