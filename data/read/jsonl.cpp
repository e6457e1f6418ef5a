#include <gradus/data/read/jsonl.h>

#include <algorithm>
#include <cstring>
#include <map>

#include <nlohmann/json.hpp>

#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/read/internal/naming.h>
#include <gradus/data/read/internal/table_reader.h>
#include <gradus/data/read/internal/text_buffer.h>

namespace gradus::data {
namespace {

constexpr int deepest = 100;
constexpr std::size_t most_fields = 1 << 18;

// The fields of one line, into builders; what is wrong is kept, not thrown across the parser.
class JsonLine final : public nlohmann::json_sax<nlohmann::json> {
 public:
  // complete: a field that is no column is an error.
  JsonLine(std::vector<ColumnBuilder>& columns, const std::map<std::string, std::size_t, std::less<>>& places, bool complete)
      : columns_(columns), places_(places), complete_(complete), seen_(columns.size()) {}
  void begin() {
    std::fill(seen_.begin(), seen_.end(), false);
    depth_ = 0;
    error_.clear();
    absent_ = columns_.size();
  }
  const std::string& error() const { return error_; }
  std::size_t absent() const { return absent_; }   // fields
  // False with an error() where one may not be missing.
  bool finish() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      at_ = &columns_[i];
      if (!seen_[i] && !at_->add_missing()) return wrong("is missing; read it as f64, which has NaN, or set mask_missing or unknown_code");
    }
    return true;
  }

  bool null() override { return value([](ColumnBuilder& c, std::string& why) {
    why = "is null; read the field as f64, which has NaN, or set mask_missing or unknown_code";
    return c.add_missing();
  }); }
  bool boolean(bool v) override {
    return value([v](ColumnBuilder& c, std::string& why) { return takes_text(c) ? c.add_text(v ? "true" : "false",
        why) : c.add_truth(v); });
  }
  bool number_integer(number_integer_t v) override {
    return value([v](ColumnBuilder& c, std::string& why) { return takes_text(c) ? c.add_text(std::to_string(v), why) : c.add_whole(v); });
  }
  bool number_unsigned(number_unsigned_t v) override {
    return value([v](ColumnBuilder& c, std::string& why) { return c.add(std::to_string(v), false, why); });
  }
  bool number_float(number_float_t, const string_t& digits) override {
    return value([&](ColumnBuilder& c, std::string& why) {
      std::string plain = digits;
      std::ranges::replace(plain, ',', '.');   // which some locales make of it
      return c.add(plain, false, why);
    });
  }
  bool string(string_t& v) override {
    return value([&](ColumnBuilder& c, std::string& why) {
      if (c.add_text(v, why)) return true;
      if (why.empty()) why = text(gradus::detail::in_quotes(v), " is no ", c.type());
      return false;
    });
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override {
    if (depth_ == 0) return ++depth_, true;
    return open("an object");
  }
  bool start_array(std::size_t) override { return depth_ == 0 ? refuse("no object") : open("a list"); }
  bool end_object() override { return --depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool key(string_t& name) override {
    if (depth_ > 1) return true;
    at_ = nullptr;
    const auto found = places_.find(name);
    if (found == places_.end()) {
      if (!complete_) return true;
      return refuse(text("field ", gradus::detail::in_quotes(name), " is not in the first line; name the fields that are wanted"));
    }
    if (seen_[found->second]) return refuse(text("field ", gradus::detail::in_quotes(name), " stands twice"));
    seen_[found->second] = true;
    --absent_;
    at_ = &columns_[found->second];
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
    if (error_.empty()) error_ = text(", column ", position, ": no valid JSON");
    return false;
  }

 private:
  static bool takes_text(const ColumnBuilder& c) { return c.store() >= ColumnBuilder::Store::texts; }
  bool refuse(const std::string& what) {
    error_ = ": " + what;
    return false;
  }
  bool wrong(const std::string& why) { return refuse(text("field ", gradus::detail::in_quotes(at_->name()), " ", why)); }
  template <class F>
  bool value(F add) {
    if (depth_ == 0) return refuse("no object");
    if (depth_ > 1 || !at_) return true;
    std::string why;
    if (add(*at_, why)) return true;
    return wrong(why.empty() ? text("is no ", at_->type()) : why);
  }
  bool open(const char* what) {
    if (depth_ == 1 && at_) return wrong(text("is ", what, ", which is no column"));
    if (depth_ == deepest) return refuse(text("nested more than ", deepest, " deep"));
    ++depth_;
    return true;
  }

  std::vector<ColumnBuilder>& columns_;
  const std::map<std::string, std::size_t, std::less<>>& places_;
  bool complete_;
  std::vector<bool> seen_;
  int depth_ = 0;
  ColumnBuilder* at_ = nullptr;
  std::size_t absent_ = 0;
  std::string error_;
};

// The fields that a line has, in order.
class FieldNames final : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<std::string> names;
  bool null() override { return depth_ > 0; }
  bool boolean(bool) override { return depth_ > 0; }
  bool number_integer(number_integer_t) override { return depth_ > 0; }
  bool number_unsigned(number_unsigned_t) override { return depth_ > 0; }
  bool number_float(number_float_t, const string_t&) override { return depth_ > 0; }
  bool string(string_t&) override { return depth_ > 0; }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return ++depth_ <= deepest; }
  bool start_array(std::size_t) override { return depth_ > 0 && ++depth_ <= deepest; }
  bool end_object() override { return --depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool key(string_t& name) override {
    if (depth_ == 1) names.push_back(name);
    return names.size() <= most_fields;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override { return false; }

 private:
  int depth_ = 0;
};

class JsonlParser {
 public:
  JsonlParser(const FileName& file, const JsonlOptions& options, bool whole, const std::vector<ColumnSpec>& types,
              const std::vector<std::string>& wanted)
      : rules_{.missing = {}, .mask_missing = options.mask_missing, .unknown_code = options.unknown_code,
          .sort_categories = options.sort_categories},
        buffer_(file, {.all = options.max_bytes, .row = options.max_row_bytes, .unlimited = !whole}) {
    std::vector<ColumnSpec> specs = types;
    if (wanted.empty() && find_line()) {
      found_ = true;
      FieldNames first;
      // What is wrong with this line, read() says.
      nlohmann::json::sax_parse(buffer_.at(), line_end_, &first);
      for (std::string& name : first.names)
        if (std::ranges::find(specs, name, &ColumnSpec::name) == specs.end()) specs.push_back({std::move(name)});
    }
    columns_.reserve(specs.size());
    for (const ColumnSpec& spec : specs) {
      check<ValueError>(places_.emplace(spec.name, columns_.size()).second, "field ", gradus::detail::in_quotes(spec.name),
          " is wanted twice");
      columns_.emplace_back(spec, rules_);
    }
  }

  std::vector<ColumnBuilder>& columns() { return columns_; }

  std::int64_t read(std::int64_t most) {
    JsonLine line(columns_, places_, found_);
    std::int64_t rows = 0;
    for (; rows < most && find_line(); ++rows) {
      line.begin();
      const bool right = nlohmann::json::sax_parse(buffer_.at(), line_end_, &line);
      check<FileError>(right && line.error().empty(), "line ", line_, line.error().empty() ? ": no valid JSON" : line.error());
      absent_ += line.absent();
      // Every cell takes memory, and these stand nowhere in the file.
      check<FileError>(!found_ || absent_ <= 1'000'000 + 16 * buffer_.offset(), "line ", line_,
                       ": most lines have few of the fields of the first one; name the fields that are wanted");
      check<FileError>(line.finish(), "line ", line_, line.error());
      buffer_.use(line_end_);
    }
    return rows;
  }

 private:
  // Goes to the next line that is not empty; false at the end of the file.
  bool find_line() {
    while (true) {
      const char *p = buffer_.at(), *const end = buffer_.end();
      while (p != end && (*p == '\n' || *p == '\r' || *p == ' ' || *p == '\t')) line_ += *p++ == '\n';
      buffer_.use(p);
      if (p == end) {
        if (buffer_.more()) continue;
        return false;
      }
      const auto* found = static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p)));
      if (!found && buffer_.more()) continue;
      line_end_ = found ? found : buffer_.end();
      return true;
    }
  }

  CellRules rules_;
  TextBuffer buffer_;
  std::map<std::string, std::size_t, std::less<>> places_;
  std::vector<ColumnBuilder> columns_;
  const char* line_end_ = nullptr;
  std::int64_t line_ = 1;
  std::uint64_t absent_ = 0;
  bool found_ = false;   // the fields were, in the first line
};

}  // namespace

Table read_jsonl(const FileName& file, const std::vector<ColumnSpec>& fields, const JsonlOptions& options) {
  return naming("read_jsonl", file, [&] { return read_whole<JsonlParser>(file, options, fields, names_of(fields)); });
}

struct JsonlReader::State {
  BlockReader<JsonlParser, JsonlOptions> blocks;
};

JsonlReader::JsonlReader(const FileName& file, const std::vector<ColumnSpec>& fields, const JsonlOptions& options)
    : state_(naming("JsonlReader", file, [&] { return std::unique_ptr<State>(new State{{file, options, fields, names_of(fields)}}); })) {}
JsonlReader::JsonlReader(JsonlReader&&) noexcept = default;
JsonlReader& JsonlReader::operator=(JsonlReader&&) noexcept = default;
JsonlReader::~JsonlReader() = default;

std::optional<Table> JsonlReader::next(std::int64_t rows) {
  check<ValueError>(rows >= 1, "JsonlReader: a block has at least one row, not ", rows);
  return naming("JsonlReader", state_->blocks.file(), [&] { return state_->blocks.next(rows); });
}

}  // namespace gradus::data
