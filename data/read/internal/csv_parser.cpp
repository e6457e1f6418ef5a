#include <gradus/data/read/internal/csv_parser.h>

#include <algorithm>
#include <map>

#include <gradus/autograd/base/describe/nearest_name.h>
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/autograd/base/internal/utf8.h>

namespace gradus::data {
namespace {

constexpr std::size_t most_columns = 1 << 18;   // a builder each: two bytes of a header become some hundred

void check_csv(const CsvOptions& o) {
  const auto is_mark = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), digit = c >= '0' && c <= '9';
    return !letter && !digit && c != '+' && c != '-' && c != '\n' && c != '\r' && c != '\0';
  };
  check<ValueError>(is_mark(o.separator), "separator cannot be a letter, a digit, a sign or the end of a line");
  check<ValueError>(o.quote == '\0' || (is_mark(o.quote) && o.quote != o.separator),
      "quote cannot be a letter, a digit, a sign or the separator");
  check<ValueError>(is_mark(o.decimal) && o.decimal != o.separator && o.decimal != o.quote,
                    "decimal cannot be a letter, a digit, a sign, the separator or the quote");
  check<ValueError>(!o.comment || (*o.comment != o.separator && *o.comment != o.quote && *o.comment != '\n' && *o.comment != '\r'),
                    "comment cannot be the separator, the quote or the end of a line");
  check<ValueError>(!o.header || o.names.empty(), "names are given, and a header is to be read; set header = false where there is none");
  check<ValueError>(o.max_rows.value_or(0) >= 0, "max_rows must not be negative");
}

CellRules rules_of(const CsvOptions& o) {
  CellRules rules{.missing = o.missing,
                  .decimal = o.decimal,
                  .separator = o.separator,
                  .mask_missing = o.mask_missing,
                  .unknown_code = o.unknown_code,
                  .sort_categories = o.sort_categories};
  for (const std::string& text : o.missing) {
    ScannedNumber n{};
    const std::string padded = text + std::string(scan_padding, '\0');
    rules.numbers_may_be_missing |= scan_number(padded.c_str(), o.decimal, n);
  }
  return rules;
}

std::size_t place_of(const std::vector<std::string>& names, std::string_view name, const char* option) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    const std::vector<std::string_view> views(names.begin(), names.end());
    fail<FileError>("there is no column ", gradus::detail::in_quotes(name), ", which ", option, " asks for", did_you_mean(name, views));
  }
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

CsvParser::CsvParser(const FileName& file, const CsvOptions& options, bool whole, const std::vector<ColumnSpec>& types,
                     const std::vector<std::string>& wanted)
    : options_((check_csv(options), options)), rules_(rules_of(options)),
      buffer_(file, {.all = options.max_bytes, .row = options.max_row_bytes, .unlimited = !whole}), cell_ends_(options.separator) {
  for (const char c : {options.separator, '\n', '\r'}) ends_[static_cast<unsigned char>(c)] = true;
  check<FileError>(find_row() || !options.header, "there is no row, not even a header; set header = false if that is right");
  const char* const first = buffer_.at();
  names_ = first == buffer_.end() ? options.names : texts_of_row(options.header);
  if (!options.header) {
    check<FileError>(options.names.empty() || options.names.size() == names_.size(), "line ", line_, " has ", names_.size(),
        " cells, and there are ",
                     options.names.size(), " names");
    for (std::size_t i = 0; i < names_.size(); ++i) names_[i] = options.names.empty() ? std::to_string(i) : options.names[i];
  }
  check<FileError>(names_.size() <= most_columns, "more than ", most_columns, " columns");
  std::map<std::string_view, std::size_t> places_of;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const auto [before, is_new] = places_of.emplace(names_[i], i);
    check<FileError>(is_new, "columns ", before->second + 1, " and ", i + 1, " have one name, ", gradus::detail::in_quotes(names_[i]),
                     "; set header = false and give names");
  }
  std::vector<ColumnSpec> specs;
  for (const std::string& name : names_) specs.push_back({name});
  for (const ColumnSpec& spec : types) specs[place_of(names_, spec.name, "types")] = spec;
  std::vector<std::size_t> places;
  for (const std::string& name : wanted) {
    places.push_back(place_of(names_, name, "columns"));
    check<ValueError>(std::ranges::count(places, places.back()) == 1, "column ", gradus::detail::in_quotes(name), " is wanted twice");
  }
  if (wanted.empty())
    for (std::size_t i = 0; i < names_.size(); ++i) places.push_back(i);
  builders_.reserve(places.size());
  by_place_.resize(names_.size());
  for (const std::size_t place : places) {
    builders_.emplace_back(specs[place], rules_);
    by_place_[place] = &builders_.back();
  }
}

const char* CsvParser::behind_line_end(const char* p) const {
  if (p == buffer_.end()) return p;
  return p + (*p == '\r' && p + 1 != buffer_.end() && p[1] == '\n' ? 2 : 1);
}

// Goes to where the next row begins, over empty lines and comments.
bool CsvParser::find_row() {
  while (true) {
    const char *p = buffer_.at(), *const end = buffer_.end();
    // Two bytes: CR may have its LF behind it.
    if (end - p < 2 && buffer_.more()) continue;
    if (p == end) return false;
    if (*p == '\n' || *p == '\r') {
      buffer_.use(behind_line_end(p));
      ++line_;
      continue;
    }
    if (!options_.comment || *p != *options_.comment) return true;
    const char* q = p;
    while (*q != '\n' && *q != '\r') ++q;
    if (end - q < 2 && buffer_.more()) continue;
    buffer_.use(behind_line_end(q));
    ++line_;
  }
}

CsvParser::Cell CsvParser::find_cell(const char* p) {
  const char* const end = buffer_.end();
  const bool cut_at_end = !buffer_.last();
  if (*p != options_.quote || options_.quote == '\0' || p == end) {
    bool ascii = true;
    const char* const q = cell_ends_.find(p, ascii);
    return {q, {p, static_cast<std::size_t>(q - p)}, false, cut_at_end && end - q < 2, ascii};
  }
  const char *from = p + 1, *q = from;
  bool doubled = false, ascii = true;
  while (true) {
    q = CellEnds::find_quote(q, end, options_.quote, lines_within_, ascii);
    if (q == end) {
      if (cut_at_end) return {end, {}, true, true, false};
      fail_at(p, "the quote that opens here is not closed", names_.size());
    }
    if (q + 1 == end || q[1] != options_.quote) break;
    if (!doubled) unquoted_.clear();
    unquoted_.append(from, q + 1);
    from = q += 2;
    doubled = true;
  }
  if (end - q < 3 && cut_at_end) return {end, {}, true, true, false};
  std::string_view text(from, static_cast<std::size_t>(q - from));
  if (doubled) text = unquoted_.append(text);
  if (!ends_[static_cast<unsigned char>(q[1])])
    fail_at(q + 1, "a quoted cell goes on behind its closing quote; a quote within is written twice", names_.size());
  return {q + 1, text, true, false, ascii};
}

std::vector<std::string> CsvParser::texts_of_row(bool use) {
  std::vector<std::string> out;
  lines_within_ = 0;
  for (const char* p = buffer_.at();;) {
    const Cell cell = find_cell(p);
    if (cell.cut && buffer_.more()) {
      p = buffer_.at();
      out.clear();
      lines_within_ = 0;
      continue;
    }
    if (!gradus::detail::is_utf8(cell.text)) fail_at(p, "text that is no UTF-8", out.size());
    out.emplace_back(cell.text);
    if (cell.end != buffer_.end() && *cell.end == options_.separator) {
      p = cell.end + 1;
      continue;
    }
    if (use) {
      buffer_.use(behind_line_end(cell.end));
      line_ += lines_within_ + 1;
    }
    return out;
  }
}

bool CsvParser::read_row() {
  const char *p = buffer_.at(), *const end = buffer_.end();
  const bool cut_at_end = !buffer_.last();
  const std::size_t columns = by_place_.size();
  lines_within_ = 0;
  for (std::size_t c = 0;; ++c) {
    if (c == columns) fail_ragged(columns + 1);
    ColumnBuilder* const builder = by_place_[c];
    const char* q = builder ? builder->add_number(p, ends_.data()) : nullptr;
    if (!q && builder) q = builder->add_word(p, ends_.data(), cell_ends_, options_.quote);
    bool cut = q && cut_at_end && end - q < 2;
    if (!q) {
      const bool empty = ends_[static_cast<unsigned char>(*p)];
      const Cell cell = empty ? Cell{p, {p, 0}, false, cut_at_end && end - p < 2, true} : find_cell(p);
      cut = cell.cut;
      q = cell.end;
      if (builder && !cut && !(empty && builder->add_nothing())) {
        std::string why;
        if (!builder->add(cell.text, cell.quoted, why, cell.ascii)) {
          fail_at(p, text(gradus::detail::in_quotes(cell.text), " ", why.empty() ? text("is no ", builder->type()) : why), c);
        }
      }
    }
    if (cut) {
      for (ColumnBuilder& b : builders_) b.shorten(rows_);
      return false;
    }
    if (q != end && *q == options_.separator) {
      p = q + 1;
      continue;
    }
    if (c + 1 != columns) fail_ragged(c + 1);
    buffer_.use(behind_line_end(q));
    line_ += lines_within_ + 1;
    return true;
  }
}

std::int64_t CsvParser::read(std::int64_t most) {
  rows_ = 0;
  const std::uint64_t begin = buffer_.offset();
  while (rows_ < most && find_row()) {
    if (read_row()) ++rows_;
    else buffer_.more();
    if (rows_ == 1000) {   // from which the number of all of them is guessed
      const std::uint64_t a_row = std::max<std::uint64_t>((buffer_.offset() - begin) / 1000, 1);
      const auto all = static_cast<std::int64_t>((buffer_.file_bytes() - std::min(begin, buffer_.file_bytes())) / a_row / 50 * 51);
      for (ColumnBuilder& column : builders_) column.expect(std::min(most, all));
    }
  }
  return rows_;
}

void CsvParser::fail_ragged(std::size_t cells) {
  const char* first = options_.header ? "the header" : "the first row";
  if (cells > by_place_.size())
    fail<FileError>("line ", line_ + lines_within_, " has more cells than ", first, ", which has ", by_place_.size());
  fail<FileError>("line ", line_ + lines_within_, " has ", cells, cells == 1 ? " cell, " : " cells, ", first, " ", by_place_.size());
}

void CsvParser::fail_at(const char* cell, const std::string& what, std::size_t column) {
  std::int64_t line = line_, place = 1;
  for (const char* p = buffer_.at(); p != cell; ++p) {
    const bool ends = *p == '\n' || (*p == '\r' && p[1] != '\n');
    line += ends;
    place = ends ? 1 : place + ((static_cast<unsigned char>(*p) & 0xc0) != 0x80);
  }
  const std::string name = column < names_.size() ? text(" (", gradus::detail::in_quotes(names_[column]), ")") : std::string();
  fail<FileError>("line ", line, ", column ", place, name, ": ", what);
}

}  // namespace gradus::data
