// A tokenizer.json while it is read: nlohmann's values, each with the path that errors name. Depth is bounded and no key stands twice.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <gradus/autograd/base/error.h>

namespace gradus::data::detail {

using Json = nlohmann::json;

Json parse_json(std::string_view text);  // FileError: not JSON, at byte so and so; nested too deeply; a key that stands twice

// "model.vocab"; its texts are written only for errors.
class Node {
 public:
  Node(const Json& value, std::string path) : value_(&value), path_(std::move(path)) {}
  const Json& json() const { return *value_; }
  const std::string& path() const { return path_; }

  bool is_null() const { return value_->is_null(); }
  bool has(const char* key) const;                                // and it is not null
  Node operator[](const char* key) const;                         // FileError unless this is an object that has it
  void only(std::initializer_list<std::string_view> keys) const;  // FileError for a key that is none of these: what it says would be lost
  std::string type() const { return (*this)["type"].text(); }

  const std::string& text() const;
  bool flag() const;
  double real() const;
  std::int64_t whole(std::int64_t most = (std::int64_t{1} << 31) - 1) const;  // from 0
  char32_t character() const;                                                 // a text of one character
  bool flag_or(const char* key, bool otherwise) const { return has(key) ? (*this)[key].flag() : otherwise; }
  std::string text_or(const char* key, const char* otherwise) const { return has(key) ? (*this)[key].text() : std::string(otherwise); }

  template <class F>
  void each(F f) const {  // f(Node) of a list
    expect(value_->is_array(), "a list");
    std::size_t i = 0;
    for (const Json& item : *value_) f(Node(item, path_ + "[" + std::to_string(i++) + "]"));
  }
  const Json& list() const { return expect(value_->is_array(), "a list"), *value_; }
  const Json& object() const { return expect(value_->is_object(), "an object"), *value_; }

  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail<FileError>(path_.empty() ? "the file" : path_, ": ", parts...);
  }

 private:
  void expect(bool ok, const char* what) const {
    if (!ok) refuse("must be ", what, ", not ", value_->type_name());
  }
  const Json* value_;
  std::string path_;
};

}  // namespace gradus::data::detail
