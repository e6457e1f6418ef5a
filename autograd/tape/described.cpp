#include <gradus/autograd/tape/internal/described.h>

#include <gradus/autograd/tape/internal/op_listener.h>

namespace gradus::detail {

OpOptions& OpOptions::add(std::string_view name, std::vector<double> numbers) {
  all_.push_back({std::string(name), std::move(numbers), {}, {}});
  return *this;
}
OpOptions& OpOptions::operator()(std::string_view name, const char* text) {
  all_.push_back({std::string(name), {}, text, {}});
  return *this;
}
OpOptions& OpOptions::operator()(std::string_view name, const Array& array) {
  all_.push_back({std::string(name), {}, {}, array});
  return *this;
}

const OpOptions::Entry* OpOptions::find(std::string_view name) const {
  for (const Entry& entry : all_)
    if (entry.name == name) return &entry;
  return nullptr;
}

Shape positions_of(unsigned bits) {
  Shape all;
  for (int i = 0; bits >> i; ++i)
    if (bits >> i & 1) all.push_back(i);
  return all;
}

void tell(std::string_view name, std::initializer_list<const Tensor*> inputs, const Array& result, std::span<const ToldOption> options) {
  OpOptions all;
  for (const ToldOption& option : options) all(option.name, option.number);
  tell_listeners({.name = name, .inputs = {inputs.begin(), inputs.size()}, .outputs = {&result, 1}, .told = &all});
}

}  // namespace gradus::detail
