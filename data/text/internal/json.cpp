#include <gradus/data/text/internal/json.h>

#include <algorithm>
#include <unordered_set>
#include <vector>

#include <gradus/autograd/base/internal/printable.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data::detail {

using gradus::detail::in_quotes;

namespace {
constexpr int deepest_in_tokenizer = 24;
}

Json parse_json(std::string_view text) {
  std::vector<std::unordered_set<std::string>> keys;  // of the objects that are open
  using Event = Json::parse_event_t;
  const auto seen = [&](int depth, Event event, Json& value) {
    if (event == Event::object_start || event == Event::array_start) {
      check<FileError>(depth < deepest_in_tokenizer, "brackets nested more than ", deepest_in_tokenizer, " deep");
      if (event == Event::object_start) keys.emplace_back();
    } else if (event == Event::object_end) {
      keys.pop_back();
    } else if (event == Event::key) {
      check<FileError>(
          keys.back().insert(value.get<std::string>()).second, "key ", [&] { return in_quotes(value.get<std::string>()); },
          " stands twice");
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), seen);
  } catch (const nlohmann::json::parse_error& e) {
    fail<FileError>("not valid JSON at byte ", e.byte);
  } catch (const nlohmann::json::exception&) {  // a number beyond double
    fail<FileError>("not valid JSON: a number that is too large");
  }
}

bool Node::has(const char* key) const {
  const auto found = object().find(key);
  return found != value_->end() && !found->is_null();
}
Node Node::operator[](const char* key) const {
  const auto found = object().find(key);
  if (found == value_->end()) refuse("lacks ", key);
  return {*found, path_.empty() ? std::string(key) : path_ + "." + key};
}
void Node::only(std::initializer_list<std::string_view> keys) const {
  for (const auto& item : object().items())
    if (std::find(keys.begin(), keys.end(), item.key()) == keys.end()) refuse("does not know the key ", in_quotes(item.key()));
}
const std::string& Node::text() const {
  expect(value_->is_string(), "a text");
  return value_->get_ref<const std::string&>();
}
bool Node::flag() const {
  expect(value_->is_boolean(), "true or false");
  return value_->get<bool>();
}
double Node::real() const {
  expect(value_->is_number(), "a number");
  return value_->get<double>();
}
std::int64_t Node::whole(std::int64_t most) const {
  if (!value_->is_number_unsigned() || value_->get<std::uint64_t>() > static_cast<std::uint64_t>(most))
    refuse("must be a whole number from 0 to ", most);
  return value_->get<std::int64_t>();
}
char32_t Node::character() const {
  const std::u32string letters = code_points(text());
  if (letters.size() != 1) refuse("must be one character");
  return letters[0];
}

}  // namespace gradus::data::detail
