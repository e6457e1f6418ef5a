#include <gradus/nn/onnx/export/internal/conversion.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace gradus::nn::onnx {

bool same_elements(const Array& a, const Array& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const Array x = a.as_contiguous(), y = b.as_contiguous();
  return x.size() == 0 || std::memcmp(x.raw(), y.raw(), static_cast<std::size_t>(x.size()) * size_of(x.dtype())) == 0;
}

namespace {

// Whether each of an array's slices along an axis is its first one, which is given back with size 1 there.
bool repeats_along(const Array& a, int axis, Array& one) {
  one = a.slice(axis, 0, 1);
  return same_elements(a, one.expand(a.shape()));
}

}  // namespace

std::string ExportedGraph::unique(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 1; !used.insert(name).second; ++i) name = wanted + "_" + std::to_string(i);
  return name;
}

Size ExportedGraph::size(std::int64_t here, std::int64_t there) const {
  if (here == there) return {here, 0, here};
  const std::int64_t by = other_batch - batch, more = there - here;
  if (by == 0 || more % by != 0) return {here, 0, here - 1};   // no line: a size that the caller cannot express
  return {here, more / by, here - more / by * batch};
}

Sizes ExportedGraph::sizes(int value) const {
  const Shape &here = one.values[static_cast<std::size_t>(value)].array.shape(),
              &there = other.values[static_cast<std::size_t>(value)].array.shape();
  Sizes all;
  for (int i = 0; i < here.rank(); ++i) all.push_back(size(here[i], there[i]));
  return all;
}

void Conversion::refuse_because(const std::string& why) const {
  fail<ValueError>("export_onnx: ", step_.name, step_.path.empty() ? "" : gradus::text(" in \"", step_.path, "\""), " ", why);
}

const gradus::detail::OpOptions::Entry& Conversion::entry(std::string_view option, bool of_other) const {
  const auto* found = (of_other ? other_ : step_).options.find(option);
  if (!found) refuse("has no option ", option);
  return *found;
}

Sizes Conversion::option_sizes(std::string_view option) const {
  const auto &here = entry(option).numbers, &there = entry(option, true).numbers;
  if (here.size() != there.size()) refuse("has a list, ", option, ", that is longer for another batch; export with dynamic_batch = false");
  Sizes all;
  for (std::size_t i = 0; i < here.size(); ++i)
    all.push_back(to_.size(static_cast<std::int64_t>(here[i]), static_cast<std::int64_t>(there[i])));
  return all;
}

double Conversion::number(std::string_view option) const {
  const auto &here = entry(option).numbers, &there = entry(option, true).numbers;
  if (here != there)
    refuse("has an option that follows the batch or the numbers of the sample: ", option, "; export with dynamic_batch = false");
  return here.at(0);
}

std::vector<std::int64_t> Conversion::list(std::string_view option) const {
  const auto &here = entry(option).numbers, &there = entry(option, true).numbers;
  if (here != there)
    refuse("has an option that follows the batch or the numbers of the sample: ", option, "; export with dynamic_batch = false");
  return {here.begin(), here.end()};
}

std::string Conversion::text(std::string_view option) const { return entry(option).text; }

Array Conversion::option_array(std::string_view option) const {
  const Array &here = entry(option).array, &there = entry(option, true).array;
  if (here.defined() && !(there.defined() && same_elements(here, there)))
    refuse("works with numbers, ", option, ", that follow the batch or the sample and not by an operation; export with "
           "dynamic_batch = false");
  return here;
}

std::string Conversion::option_value(std::string_view option) {
  const auto& all = step_.options.all();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].name == option) return value(step_.of_options[i]);
  refuse("has no option ", option);
}

Size Conversion::option_length(std::string_view option) const {
  return to_.size(entry(option).array.size(), entry(option, true).array.size());
}

bool Conversion::in_equal_steps(std::string_view option, std::int64_t by) const {
  for (const bool of_other : {false, true}) {
    std::int64_t wanted = 0;
    for (const double number : entry(option, of_other).array.to_vector())
      if (static_cast<std::int64_t>(number) != std::exchange(wanted, wanted + by)) return false;
  }
  return true;
}

std::string Conversion::places_of(std::size_t i) const {
  const auto there = to_.places.find(step_.inputs.at(i));
  if (there == to_.places.end()) refuse("gives places that ONNX does not say");
  return there->second;
}

std::string Conversion::value(int number) {
  const auto there = to_.names.find(number);
  if (there != to_.names.end()) return there->second;
  return to_.names[number] = known_constant(number);
}

// What no operation has made: the same in both calls, or numbers that are repeated as often as the batch says.
std::string Conversion::known_constant(int number) {
  const TracedValue &one = to_.one.values[static_cast<std::size_t>(number)], &other = to_.other.values[static_cast<std::size_t>(number)];
  const auto initializer = [&](const Array& array, const std::string& wanted) {
    const std::string name = to_.unique(wanted);
    to_.graph.initializers.push_back({name, array.as_contiguous()});
    return name;
  };
  if (one.kind == TracedValue::Kind::weight) return initializer(one.array, one.name);
  if (same_elements(one.array, other.array)) return constant(one.array);
  if (one.array.dtype() == other.array.dtype() && one.array.rank() == other.array.rank()) {
    Array here = one.array, there = other.array;
    bool repeats = true;
    for (int axis = 0; repeats && axis < here.rank(); ++axis)
      if (here.dim(axis) != there.dim(axis)) {
        Array first, second;
        repeats = here.dim(axis) > 0 && there.dim(axis) > 0 && repeats_along(here, axis, first) && repeats_along(there, axis, second);
        if (repeats) here = first, there = second;
      }
    if (repeats && same_elements(here, there)) return expand(constant(here), to_.sizes(number));
  }
  refuse("takes numbers that ", one.array.shape() == other.array.shape() ? "hang from the sample" : "follow the batch",
         " and not by an operation that is heard of: ", one.array.shape(), " ", one.array.dtype(),
         "; compute them from the inputs with operations, or make them an input");
}

std::string Conversion::node(const char* op, const Names& inputs, Attributes attributes) {
  return nodes(op, inputs, 1, std::move(attributes))[0];
}

Conversion::Names Conversion::nodes(const char* op, const Names& inputs, int results, Attributes attributes) {
  const std::string name = to_.unique((step_.path.empty() ? "" : step_.path + ".") + op);
  Names outputs{name};
  for (int k = 1; k < results; ++k) outputs.push_back(to_.unique(name + "." + std::to_string(k)));
  to_.graph.nodes.push_back({.name = name, .op_type = op, .inputs = inputs, .outputs = outputs, .attributes = std::move(attributes)});
  return outputs;
}

std::string Conversion::constant(const Array& array, const char* called) {
  const std::string name = to_.unique((step_.path.empty() ? "" : step_.path + ".") + called);
  to_.graph.initializers.push_back({name, array.as_contiguous()});
  return name;
}
std::string Conversion::scalar(double number, Dtype dtype) { return constant(Array::full({}, number, dtype)); }
std::string Conversion::ints(const std::vector<std::int64_t>& numbers) {
  return constant(Array::from(numbers, {static_cast<std::int64_t>(numbers.size())}));
}

std::string Conversion::sizes_value(const Sizes& sizes) {
  std::vector<std::int64_t> fixed;
  bool follows = false;
  for (const Size& size : sizes) {
    if (!size.follows() && size.offset != size.here)
      refuse("has a size that follows the batch in no line; export with dynamic_batch = false");
    fixed.push_back(size.here), follows |= size.follows();
  }
  if (!follows) return ints(fixed);
  if (to_.batch_name.empty()) {
    const std::int64_t axis = to_.batch_axis;
    to_.batch_name = node("Shape", {to_.batch_input}, {{"start", axis}, {"end", axis + 1}});
  }
  Names parts;
  std::vector<std::int64_t> run;
  const auto end_run = [&] {
    if (!run.empty()) parts.push_back(ints(run)), run.clear();
  };
  for (const Size& size : sizes) {
    if (!size.follows()) {
      run.push_back(size.here);
      continue;
    }
    end_run();
    std::string part = to_.batch_name;
    if (size.per != 1) part = node("Mul", {part, ints({size.per})});
    if (size.offset != 0) part = node("Add", {part, ints({size.offset})});
    parts.push_back(part);
  }
  end_run();
  return parts.size() == 1 ? parts[0] : node("Concat", parts, {{"axis", 0}});
}

std::string Conversion::reshape(const std::string& x, const Sizes& sizes) {
  const auto follow = std::count_if(sizes.begin(), sizes.end(), [](const Size& size) { return size.follows(); });
  const bool empty = std::any_of(sizes.begin(), sizes.end(), [](const Size& size) { return size.here == 0; });
  if (follow != 1 || empty) return node("Reshape", {x, sizes_value(sizes)}, empty ? Attributes{{"allowzero", 1}} : Attributes{});
  Sizes open = sizes;
  for (Size& size : open)
    if (size.follows()) size = {-1, 0, -1};
  return node("Reshape", {x, sizes_value(open)});
}

std::string Conversion::cast(const std::string& x, Dtype dtype) {
  return node("Cast", {x}, {{"to", static_cast<std::int64_t>(element_type(dtype))}});
}

std::string Conversion::slice(const std::string& x, int axis, const Size& begin, const Size& end, std::int64_t step) {
  return node("Slice", {x, sizes_value({begin}), sizes_value({end}), ints({axis}), ints({step})});
}

// Where the axes stand changed with opset 18, but for sums with 13.
std::string Conversion::reduce(const char* op, const std::string& x, const std::vector<std::int64_t>& axes, bool keepdims) {
  if (axes.empty()) return node("Identity", {x});
  if (to_.opset >= 18 || std::string_view(op) == "ReduceSum") return node(op, {x, ints(axes)}, {{"keepdims", keepdims ? 1 : 0}});
  return node(op, {x}, {{"axes", axes}, {"keepdims", keepdims ? 1 : 0}});
}

}  // namespace gradus::nn::onnx
