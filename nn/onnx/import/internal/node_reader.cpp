#include <gradus/nn/onnx/import/internal/node_reader.h>

#include <algorithm>
#include <map>

#include <gradus/nn/onnx/internal/stored_tensor.h>

namespace gradus::nn::onnx {

bool NodeReader::has(std::string_view name) const {
  return std::any_of(node_.attributes.begin(), node_.attributes.end(), [&](const Attribute& a) { return a.name == name; });
}

const Attribute* NodeReader::take(std::string_view name, Attribute::Type type) {
  taken_.emplace(name);
  const Attribute* found = nullptr;
  for (const Attribute& a : node_.attributes) {
    if (a.name != name) continue;
    expect(!found, "attribute ", in_quotes(name), " twice");
    expect(a.type == type, "attribute ", in_quotes(name), " is ", name_of(a.type), " and should be ", name_of(type));
    found = &a;
  }
  return found;
}

double NodeReader::number(std::string_view name, double otherwise) {
  const Attribute* a = take(name, Attribute::number);
  return a ? static_cast<double>(std::get<float>(a->value)) : otherwise;
}
std::int64_t NodeReader::integer(std::string_view name, std::int64_t otherwise) {
  const Attribute* a = take(name, Attribute::integer);
  return a ? std::get<std::int64_t>(a->value) : otherwise;
}
std::string NodeReader::any_text(std::string_view name, std::string_view otherwise) {
  const Attribute* a = take(name, Attribute::text);
  return a ? std::get<std::string>(a->value) : std::string(otherwise);
}
std::string NodeReader::text(std::string_view name, std::string_view otherwise, std::initializer_list<std::string_view> among) {
  const std::string word = any_text(name, otherwise);
  expect(std::find(among.begin(), among.end(), word) != among.end(), "attribute ", in_quotes(name), " is ", in_quotes(word),
         ", which gradus does not run");
  return word;
}
std::vector<std::int64_t> NodeReader::integers(std::string_view name, std::vector<std::int64_t> otherwise) {
  const Attribute* a = take(name, Attribute::integers);
  return a ? std::get<std::vector<std::int64_t>>(a->value) : otherwise;
}
std::vector<float> NodeReader::numbers(std::string_view name) {
  const Attribute* a = take(name, Attribute::numbers);
  return a ? std::get<std::vector<float>>(a->value) : std::vector<float>();
}
std::vector<std::string> NodeReader::texts(std::string_view name, std::vector<std::string> otherwise) {
  const Attribute* a = take(name, Attribute::texts);
  return a ? std::get<std::vector<std::string>>(a->value) : otherwise;
}
Array NodeReader::tensor(std::string_view name) {
  const Attribute* a = take(name, Attribute::tensor);
  if (!a) return {};
  const Array& value = std::get<NamedArray>(a->value).value;
  return value.to(dtype(value.dtype()));
}

Dtype NodeReader::dtype(std::int64_t element_type) const {
  const auto type = static_cast<ElementType>(element_type);
  const std::optional<Dtype> ours = dtype_of_element(type);
  if (!ours || (ours == f32 && type != ElementType::f32))   // eight bits are read as f32, but there is no rounding to them
    refuse("gradus has no dtype for ", name_of(type));
  return dtype(*ours);
}

void NodeReader::finish() const {
  for (const Attribute& a : node_.attributes)
    expect(taken_.contains(a.name), "attribute ", in_quotes(a.name), " (", name_of(a.type), ") is not known");
}

namespace {

using OperatorTable = std::multimap<std::string_view, const Operator*>;
const OperatorTable& operator_table() {
  static const OperatorTable all = [] {
    OperatorTable made;
    for (const auto& family : {elementwise_operators(), activation_operators(), logic_operators(), reduction_operators(), shape_operators(),
                               index_operators(), constant_operators(), product_operators(), window_operators(), norm_operators(),
                               recurrent_operators(), resize_operators()})
      for (const Operator& row : family) made.emplace(row.name, &row);
    return made;
  }();
  return all;
}

}  // namespace

const Operator* find_operator(std::string_view name, std::int64_t version, bool* known) {
  const Operator* best = nullptr;
  const auto [begin, end] = operator_table().equal_range(name);
  for (auto it = begin; it != end; ++it)
    if (it->second->since <= version && (!best || it->second->since > best->since)) best = it->second;
  if (known) *known = begin != end;
  return best;
}

std::vector<std::string> operator_names() {
  std::vector<std::string> out;
  for (const auto& [name, row] : operator_table())
    if (out.empty() || out.back() != name) out.emplace_back(name);
  return out;
}

}  // namespace gradus::nn::onnx
