#include <gradus/autograd/array/formats/pt.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/array/formats/internal/pt_node.h>
#include <gradus/autograd/base/describe/number_text.h>

namespace gradus {

using detail::PtNode, detail::PtTensor;

namespace {

std::string_view name_of_kind(PtValue::Kind kind) {
  constexpr std::string_view names[] = {"None",    "a bool", "an int", "a float",  "a str",   "bytes",   "a list",
                                        "a tuple", "a set",  "a dict", "a tensor", "a dtype", "a device"};
  return names[static_cast<std::size_t>(kind)];
}

using LeafCounts = std::unordered_map<const PtNode*, std::uint64_t>;

// Counted as often as they are referred to, which can be 2^200 times, up to `most`; each container is looked at once. Values stand in each
// other no deeper than PtValue::max_depth, so this may recurse.
std::uint64_t leaves_below(const PtNode& node, std::uint64_t most, LeafCounts& known) {
  if (!node.items || node.kind == PtValue::Kind::set) return 1;
  if (const auto found = known.find(&node); found != known.end()) return found->second;
  std::uint64_t count = 0;
  for (const auto& value : node.items->values) count = std::min(most, count + leaves_below(*value, most, known));
  known.emplace(&node, count);
  return count;
}

}  // namespace

// ---- nodes

PtNode::PtNode(const PtNode& other)
    : kind(other.kind), ordered(other.ordered), height(other.height), integer(other.integer), text(other.text) {
  if (kind == Kind::number) number = other.number;
  if (other.items) items = std::make_unique<Items>(*other.items);
  if (other.tensor) tensor = std::make_unique<PtTensor>(*other.tensor);
}

std::string PtNode::key_text() const {
  switch (kind) {
    case Kind::none:
      return "none";
    case Kind::boolean:
    case Kind::integer:
      return gradus::text("i", integer);
    case Kind::number: {
      constexpr double limit = 9.2e18;
      const bool whole = std::abs(number) < limit && number == std::trunc(number);
      return whole ? gradus::text("i", static_cast<std::int64_t>(number)) : "f" + number_text(number);
    }
    case Kind::text:
      return "s" + text;
    case Kind::bytes:
      return "b" + text;
    default:
      return {};
  }
}

std::string PtNode::name() const {
  switch (kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return integer ? "True" : "False";
    case Kind::integer:
      return std::to_string(integer);
    case Kind::number:
      return number_text(number);
    default:
      return text;
  }
}

void PtNode::contain(const Node& value) {
  if (value->height + 1 <= height) return;
  check<ValueError>(value->height + 1 <= PtValue::max_depth, "pt: values stand in each other ", PtValue::max_depth,
                    " deep, and no deeper can they");
  height = value->height + 1;
}

void PtNode::add(const Node& value) {
  contain(value);
  items->values.push_back(value);
}

bool PtNode::add(const Node& key, const Node& value) {
  const std::string text_of_key = key->key_text();
  if (text_of_key.empty()) return false;
  contain(value);
  const auto [at, is_new] = items->places.emplace(text_of_key, items->keys.size());
  if (is_new) {
    items->keys.push_back(key);
    items->values.push_back(value);
  } else {
    items->values[at->second] = value;
  }
  return true;
}

// ---- making values

PtValue::PtValue(Node node, std::shared_ptr<const std::string> path) : node_(std::move(node)), path_(std::move(path)) {}
PtValue::PtValue() : node_(std::make_shared<PtNode>(Kind::none)) {}
PtValue::PtValue(Kind kind, std::int64_t value) : node_(std::make_shared<PtNode>(kind)) { node_->integer = value; }
PtValue::PtValue(double value) : node_(std::make_shared<PtNode>(Kind::number)) { node_->number = value; }
PtValue::PtValue(std::string_view text) : node_(std::make_shared<PtNode>(Kind::text)) { node_->text = text; }

std::int64_t PtValue::checked(bool fits, std::int64_t value) {
  check<ValueError>(fits, "pt: an int beyond the range of an i64");
  return value;
}

PtValue::PtValue(const Array& array) : node_(std::make_shared<PtNode>(Kind::tensor)) {
  check<ValueError>(array.defined(), "pt: an undefined array is no tensor");
  node_->tensor = std::make_unique<PtTensor>();
  node_->tensor->array = array;
  node_->tensor->dtype = &detail::torch_dtype_of(array.dtype());
  node_->tensor->shape = array.shape();
}

PtValue::PtValue(const std::map<std::string, Array>& state_dict) : PtValue(dict()) {
  node_->ordered = true;
  for (const auto& [name, array] : state_dict) node_->add(PtValue(name).node_, PtValue(array).node_);
}

PtValue PtValue::parameter(const Array& array, bool requires_grad) {
  PtValue out(array);
  out.node_->tensor->parameter = true;
  out.node_->tensor->requires_grad = requires_grad;
  return out;
}

PtValue PtValue::bytes(std::string_view bytes) {
  PtValue out(bytes);
  out.node_->kind = Kind::bytes;
  return out;
}

PtValue PtValue::list(const std::vector<PtValue>& items) {
  PtValue out(std::make_shared<PtNode>(Kind::list));
  out.node_->items = std::make_unique<PtNode::Items>();
  for (const PtValue& item : items) out.node_->add(item.node_);
  return out;
}

PtValue PtValue::tuple(const std::vector<PtValue>& items) {
  PtValue out = list(items);
  out.node_->kind = Kind::tuple;
  return out;
}

PtValue PtValue::dict(std::initializer_list<PtItem> items) {
  PtValue out(std::make_shared<PtNode>(Kind::dict));
  out.node_->items = std::make_unique<PtNode::Items>();
  for (const PtItem& item : items) out.set(item.key, item.value);
  return out;
}

PtNode& PtValue::own() {
  if (node_.use_count() > 1) node_ = std::make_shared<PtNode>(*node_);
  return *node_;
}

void PtValue::set(const PtValue& key, const PtValue& value) {
  expect(Kind::dict);
  const Node node = value.node_;   // value may be this one
  check<ValueError>(own().add(key.node_, node), "pt: ", name_of_kind(key.kind()), " is no key of a dict");
}

void PtValue::push_back(const PtValue& value) {
  expect(Kind::list);
  const Node node = value.node_;
  own().add(node);
}

// ---- asking

PtValue::Kind PtValue::kind() const { return node_->kind; }

const std::string& PtValue::path() const {
  static const std::string top;
  return path_ ? *path_ : top;
}

void PtValue::refuse(std::string_view wanted) const {
  fail<ValueError>("pt: ", path().empty() ? "the value" : path(), " is ", name_of_kind(kind()), ", not ", wanted);
}

const PtNode& PtValue::expect(Kind wanted) const {
  if (kind() != wanted) refuse(name_of_kind(wanted));
  return *node_;
}

bool PtValue::boolean() const { return expect(Kind::boolean).integer != 0; }

std::int64_t PtValue::integer() const {
  if (kind() != Kind::tensor) return expect(Kind::integer).integer;
  const double value = number();
  if (!(std::abs(value) < 0x1p53 && value == std::trunc(value))) refuse("a whole number");
  return static_cast<std::int64_t>(value);
}

double PtValue::number() const {
  if (kind() == Kind::number) return node_->number;
  if (kind() == Kind::integer) return static_cast<double>(node_->integer);
  if (kind() != Kind::tensor || node_->tensor->shape.elements() != 1) refuse("a number");
  return array().to(f64).item();
}

std::string_view PtValue::text() const {
  if (kind() != Kind::dtype && kind() != Kind::device) expect(Kind::text);
  return node_->text;
}

std::string_view PtValue::bytes() const { return expect(Kind::bytes).text; }

std::string PtValue::written() const {
  switch (kind()) {
    case Kind::bytes:
      return gradus::text(node_->text.size(), " bytes");
    case Kind::tensor:
      return gradus::text("tensor ", shape(), " ", dtype());
    case Kind::list:
    case Kind::tuple:
    case Kind::set:
    case Kind::dict:
      return gradus::text(name_of_kind(kind()).substr(2), " of ", size());
    default:
      return node_->name();
  }
}

Array PtValue::array() const { return expect(Kind::tensor).tensor->load(); }
Shape PtValue::shape() const { return expect(Kind::tensor).tensor->shape; }
std::string_view PtValue::dtype() const { return expect(Kind::tensor).tensor->dtype->name; }
Dtype PtValue::loads_as() const { return *expect(Kind::tensor).tensor->dtype->stored->loads_as; }
bool PtValue::requires_grad() const { return expect(Kind::tensor).tensor->requires_grad; }
bool PtValue::is_parameter() const { return expect(Kind::tensor).tensor->parameter; }

std::size_t PtValue::size() const {
  if (!node_->items) refuse("a list or a dict");
  return node_->items->values.size();
}

PtValue PtValue::child(const Node& node, std::string_view key) const {
  return PtValue(node, std::make_shared<const std::string>(path_ && !path_->empty() ? gradus::text(*path_, ".", key) : std::string(key)));
}

const PtValue::Node* PtValue::find(const PtValue& key) const {
  if (kind() == Kind::dict) {
    const auto at = node_->items->places.find(key.node_->key_text());
    return at == node_->items->places.end() ? nullptr : &node_->items->values[at->second];
  }
  const bool in_row = kind() == Kind::list || kind() == Kind::tuple;
  if (!in_row || key.kind() != Kind::integer || !std::in_range<std::size_t>(key.integer())) return nullptr;
  const auto index = static_cast<std::size_t>(key.integer());
  return index < size() ? &node_->items->values[index] : nullptr;
}

PtValue PtValue::operator[](std::string_view key) const {
  expect(Kind::dict);
  const Node* found = find(key);
  check<ValueError>(found, "pt: ", path().empty() ? "the dict" : path(), " has no \"", key, "\"", [&] {
    std::string there;
    for (std::size_t i = 0; i < size() && i < 8; ++i) there += (i == 0 ? "; it has " : ", ") + node_->items->keys[i]->name();
    return there + (size() > 8 ? ", …" : "");
  });
  return child(*found, key);
}

PtValue PtValue::operator[](std::int64_t index_or_key) const {
  if (!node_->items || kind() == Kind::set) refuse("a list or a dict");
  const Node* found = find(index_or_key);
  check<ValueError>(found, "pt: ", path().empty() ? "the value" : path(), ", ", name_of_kind(kind()), " of ", size(), ", has no ",
                    index_or_key);
  return child(*found, std::to_string(index_or_key));
}

bool PtValue::contains(std::string_view key) const { return kind() == Kind::dict && find(key); }
bool PtValue::contains(std::int64_t index_or_key) const { return find(index_or_key); }

std::vector<PtValue> PtValue::elements() const {
  std::vector<PtValue> out;
  for (std::size_t i = 0; i < size(); ++i)
    out.push_back(child(node_->items->values[i], kind() == Kind::dict ? node_->items->keys[i]->name() : std::to_string(i)));
  return out;
}

std::vector<PtItem> PtValue::items() const {
  expect(Kind::dict);
  std::vector<PtItem> out;
  for (std::size_t i = 0; i < size(); ++i) {
    const Node& key = node_->items->keys[i];
    out.push_back({PtValue(key), child(node_->items->values[i], key->name())});
  }
  return out;
}

PtValue PtValue::attributes() const {
  const Node& kept = expect(Kind::dict).items->attributes;
  return kept ? PtValue(kept) : PtValue();
}

std::map<std::string, PtValue> PtValue::leaves() const {
  constexpr std::size_t most_leaves = 1'000'000, most_bytes = 100'000'000, most_visits = 2'000'000;
  std::map<std::string, PtValue> out;
  struct Step {
    const Node* node;
    std::size_t next, key_bytes;   // of the path to it
  };
  std::vector<Step> steps;
  std::string path_below;
  std::size_t bytes_so_far = 0, visits = 0;
  const auto enter = [&](const Node& node, std::size_t key_bytes) {
    check<ValueError>(++visits <= most_visits, "pt: more than ", most_visits, " values, counted as often as they are referred to");
    if (node->items && node->kind != Kind::set) return steps.push_back({&node, 0, key_bytes});
    bytes_so_far += path_below.size();
    check<ValueError>(bytes_so_far <= most_bytes, "pt: more than ", most_bytes, " bytes of names");
    const bool is_new = out.emplace(path_below, PtValue(node, std::make_shared<const std::string>(path_below))).second;
    check<ValueError>(is_new, "pt: two values are called ", path_below, " once keys are joined by dots");
    path_below.resize(key_bytes);
  };
  LeafCounts counts;
  check<ValueError>(leaves_below(*node_, most_leaves + 1, counts) <= most_leaves, "pt: more than ", most_leaves,
                    " leaves, counted as often as they are referred to");
  enter(node_, 0);
  while (!steps.empty()) {
    Step& step = steps.back();
    const PtNode::Items& inside = *(*step.node)->items;
    if (step.next == inside.values.size()) {
      path_below.resize(step.key_bytes);
      steps.pop_back();
      continue;
    }
    const std::size_t i = step.next++, before = path_below.size();
    if (inside.values[i]->items && leaves_below(*inside.values[i], most_leaves, counts) == 0) continue;
    if (steps.size() > 1 || before > 0) path_below += '.';
    path_below += (*step.node)->kind == Kind::dict ? inside.keys[i]->name() : std::to_string(i);
    bytes_so_far += path_below.size() - before;
    check<ValueError>(bytes_so_far <= most_bytes, "pt: more than ", most_bytes, " bytes of names");
    enter(inside.values[i], before);
  }
  return out;
}

std::map<std::string, Array> PtValue::arrays() const {
  std::map<std::string, Array> out;
  for (const auto& [name, leaf] : leaves())
    if (leaf.is_tensor()) out.emplace_hint(out.end(), name, leaf.array());
  return out;
}

}  // namespace gradus
