#include "json.h"

#include <cmath>
#include <ostream>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/base/internal/json_text.h>

namespace gradus::tool {

constexpr int deepest_line = 2;  // what lies deeper stands in one line: a tensor with all that is known of it

void JsonWriter::new_line() {
  if (depth_ > deepest_line) return;
  out_ << '\n' << std::string(static_cast<std::size_t>(depth_), ' ');
}

void JsonWriter::begin_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!first_) out_ << (depth_ > deepest_line ? ", " : ",");
  if (depth_ > 0) new_line();
  first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
  begin_value();
  out_ << bracket;
  ++depth_;
  first_ = true;
  return *this;
}
JsonWriter& JsonWriter::close(char bracket) {
  --depth_;
  if (!first_ && depth_ < deepest_line) new_line();
  first_ = false;
  out_ << bracket;
  return *this;
}
JsonWriter& JsonWriter::key(std::string_view name) {
  begin_value();
  write_text(name);
  out_ << ": ";
  after_key_ = true;
  return *this;
}
JsonWriter& JsonWriter::text(std::string_view value) {
  begin_value();
  write_text(value);
  return *this;
}
JsonWriter& JsonWriter::number(double value) {
  begin_value();
  if (std::isfinite(value))
    out_ << number_text(value);
  else
    out_ << "null";
  return *this;
}
JsonWriter& JsonWriter::whole(std::uint64_t value) {
  begin_value();
  out_ << std::to_string(value);
  return *this;
}
JsonWriter& JsonWriter::negative(std::int64_t value) {
  begin_value();
  out_ << std::to_string(value);
  return *this;
}
JsonWriter& JsonWriter::truth(bool value) {
  begin_value();
  out_ << (value ? "true" : "false");
  return *this;
}
JsonWriter& JsonWriter::null() {
  begin_value();
  out_ << "null";
  return *this;
}
void JsonWriter::end() { out_ << '\n'; }

void JsonWriter::write_text(std::string_view value) { out_ << detail::json_text(value); }

}  // namespace gradus::tool
