#include <gradus/train/logs/internal/rows.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/autograd/base/internal/utf8.h>

namespace gradus::train::logs {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_names = 1 << 20;

// One line of a log. What is wrong with it is an error that the caller gives file and line.
class Line {
 public:
  explicit Line(std::string_view text) : left_(text) {}
  struct Wrong {
    std::string what;
  };

  bool at_end() const { return left_.empty(); }
  void skip_blanks() { left_.remove_prefix(std::min(left_.find_first_not_of(" \t\r"), left_.size())); }
  bool takes(char c) {
    skip_blanks();
    if (left_.empty() || left_[0] != c) return false;
    left_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!takes(c)) throw Wrong{text("expected '", c, "' before ", rest())};
  }

  std::string json_string() {
    expect('"');
    std::string out;
    for (;;) {
      if (left_.empty()) throw Wrong{"a text has no end"};
      const char c = left_[0];
      left_.remove_prefix(1);
      if (c == '"') return out;
      if (static_cast<unsigned char>(c) < 0x20) throw Wrong{"a control character in a text"};
      if (c == '\\') escape(out);
      else out += c;
    }
  }
  double json_value() {
    skip_blanks();
    const std::size_t end = std::min(left_.find_first_of(",} \t\r"), left_.size());
    const std::string_view word = left_.substr(0, end);
    left_.remove_prefix(end);
    if (word == "null") return no_number;
    return number(word);
  }
  double number(std::string_view word) {
    const std::optional<double> value = parse_number(word);
    if (!value) throw Wrong{text('"', detail::printable(word.substr(0, 40)), "\" is no number")};
    return *value;
  }

  std::string csv_cell(bool& more) {
    std::string out;
    if (!left_.empty() && left_[0] == '"') {
      left_.remove_prefix(1);
      for (;;) {
        const std::size_t quote = left_.find('"');
        if (quote == left_.npos) throw Wrong{"a cell has no end"};
        out += left_.substr(0, quote);
        left_.remove_prefix(quote + 1);
        if (left_.empty() || left_[0] != '"') break;
        out += '"';
        left_.remove_prefix(1);
      }
      if (!left_.empty() && left_[0] != ',') throw Wrong{"a cell goes on behind its quotes"};
    } else {
      const std::size_t end = std::min(left_.find(','), left_.size());
      out = left_.substr(0, end);
      left_.remove_prefix(end);
    }
    more = !left_.empty();
    if (more) left_.remove_prefix(1);
    return out;
  }
  std::string rest() const { return left_.empty() ? "its end" : text('"', detail::printable(left_.substr(0, 40)), '"'); }

 private:
  void escape(std::string& out) {
    if (left_.empty()) throw Wrong{"a text has no end"};
    const char c = left_[0];
    left_.remove_prefix(1);
    constexpr std::string_view names = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    if (const std::size_t at = names.find(c); at != names.npos) {
      out += meant[at];
      return;
    }
    if (c != 'u') throw Wrong{"an unknown escape in a text"};
    unsigned code = hexadecimal();
    if (code >= 0xD800 && code < 0xDC00 && left_.starts_with("\\u")) {
      left_.remove_prefix(2);
      const unsigned low = hexadecimal();
      if (low < 0xDC00 || low > 0xDFFF) throw Wrong{"half a pair of surrogates"};
      code = 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00);
    } else if (code >= 0xD800 && code < 0xE000) {
      throw Wrong{"half a pair of surrogates"};
    }
    detail::append_utf8(out, code);
  }
  unsigned hexadecimal() {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i) {
      constexpr std::string_view digits = "0123456789abcdefABCDEF";
      const std::size_t at = left_.empty() ? digits.npos : digits.find(left_[0]);
      if (at == digits.npos) throw Wrong{"\\u wants four digits"};
      code = code * 16 + static_cast<unsigned>(at < 16 ? at : at - 6);
      left_.remove_prefix(1);
    }
    return code;
  }
  std::string_view left_;
};

std::int64_t step_of(double value) {
  if (!(value >= 0 && value < 0x1p53) || value != std::floor(value)) throw Line::Wrong{text("step is ", number_text(value))};
  return static_cast<std::int64_t>(value);
}

// {"step":1,"loss":0.5}
std::int64_t read_object(std::string_view words, std::vector<NamedValue>& row) {
  Line line(words);
  line.expect('{');
  std::optional<std::int64_t> step;
  if (!line.takes('}')) {
    do {
      std::string name = line.json_string();
      line.expect(':');
      const double value = line.json_value();
      if (name != "step") row.push_back({std::move(name), value});
      else if (step) throw Line::Wrong{"it has two steps"};
      else step = step_of(value);
    } while (line.takes(','));
    line.expect('}');
  }
  line.skip_blanks();
  if (!line.at_end()) throw Line::Wrong{"something follows the object: " + line.rest()};
  if (!step) throw Line::Wrong{"it has no step"};
  return *step;
}

void read_header(std::string_view words, std::vector<std::string>& names) {
  Line line(words);
  for (bool more = true; more;) {
    names.push_back(line.csv_cell(more));
    if (names.size() > most_names) throw Line::Wrong{"too many names"};
  }
  if (names[0] != "step") throw Line::Wrong{"the first name is not step"};
  names.erase(names.begin());
}

std::int64_t read_cells(std::string_view words, const std::vector<std::string>& names, std::vector<NamedValue>& row) {
  Line line(words);
  bool more = true;
  const std::int64_t step = step_of(line.number(line.csv_cell(more)));
  for (std::size_t i = 0; more; ++i) {
    const std::string cell = line.csv_cell(more);
    if (i >= names.size()) throw Line::Wrong{text("it has more cells than the ", names.size() + 1, " names")};
    if (!cell.empty()) row.push_back({names[i], line.number(cell)});
  }
  return step;
}

}  // namespace

std::string json_number(double value) { return std::isfinite(value) ? number_text(value) : "null"; }

std::string csv_text(std::string_view words, bool in_one_line) {
  if (words.find_first_of(",\"\r\n") == words.npos) return std::string(words);
  std::string out = "\"";
  for (const char c : words) {
    if (c == '"') out += '"';
    out += in_one_line && (c == '\n' || c == '\r') ? ' ' : c;
  }
  return out + "\"";
}

std::uint64_t each_row(const FileName& file, Format format, const RowFunction& row, std::vector<std::string>* names) {
  const std::string all = read_file(file);
  std::vector<std::string> columns;
  std::uint64_t begin = 0, number = 0;
  for (std::size_t end = all.find('\n'); end != all.npos; end = all.find('\n', begin)) {
    const std::string_view line = std::string_view(all).substr(begin, end - begin);
    ++number;
    std::vector<NamedValue> values;
    try {
      if (format == Format::csv && number == 1) read_header(line, columns);
      else row(begin, format == Format::csv ? read_cells(line, columns, values) : read_object(line, values), values);
    } catch (const Line::Wrong& wrong) {
      fail<FileError>("cannot read the log ", file, ": line ", number, ": ", wrong.what);
    }
    begin = end + 1;
  }
  if (names) *names = std::move(columns);
  return begin;
}

}  // namespace gradus::train::logs
