// JSON, written as it comes: nothing is kept, so a file of a million tensors costs no memory.
//   JsonWriter json(std::cout);
//   json.open('{');  json.key("name").text("fc.weight");  json.key("shape").open('[');  json.number(3);  json.close(']');  json.close('}');
#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace gradus::tool {

class JsonWriter {
 public:
  explicit JsonWriter(std::ostream& out) : out_(out) {}

  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);  // what is no UTF-8 becomes U+FFFD
  JsonWriter& number(double value);          // null unless it is finite
  JsonWriter& whole(std::uint64_t value);
  JsonWriter& negative(std::int64_t value);  // any whole number
  JsonWriter& truth(bool value);
  JsonWriter& null();
  void end();  // the line's

 private:
  void begin_value();
  void write_text(std::string_view value);
  void new_line();
  std::ostream& out_;
  int depth_ = 0;
  bool first_ = true, after_key_ = false;
};

}  // namespace gradus::tool
