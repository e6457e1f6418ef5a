// How an operation becomes ONNX nodes. A rule is a function of a Conversion, one step of a trace with all that it says of itself, in the
// table of its family:
//   void relu(Conversion& c) { c.out("Relu", {c.in(0)}); }
//   void add_rules_of_activations(Rules& rules) { rules["relu"] = relu; }
// What follows the batch (a size, an option) is a Size; a rule that asks for it as a plain number refuses the operation by name.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/nn/onnx/internal/messages.h>
#include <gradus/nn/onnx/export/internal/trace.h>

namespace gradus::nn::onnx {

class Conversion;
using Rule = void (*)(Conversion&);
using Rules = std::map<std::string, Rule, std::less<>>;
const Rules& conversion_rules();                               // of all operations that ONNX can say
bool convert_picking(Conversion& c);                            // whether it picked, or put, by positions (ops/internal/picks.h)
bool convert_whole(Conversion& c);                              // whether it was arithmetic on whole numbers, which is then converted
const std::map<std::string, std::string, std::less<>>& refused_operations();   // why it cannot say these

void add_elementwise_rules(Rules&), add_logic_rules(Rules&), add_shape_rules(Rules&), add_pick_rules(Rules&), add_reduce_rules(Rules&),
    add_product_rules(Rules&), add_image_rules(Rules&), add_norm_rules(Rules&), add_recurrent_rules(Rules&), add_loss_rules(Rules&);

// A number that is `per` times the batch, plus `offset`.
struct Size {
  std::int64_t here = 0, per = 0, offset = 0;                  // here: in the sample
  bool follows() const { return per != 0; }
};
using Sizes = std::vector<Size>;

struct ExportedGraph {
  ExportedGraph(const Trace& one, const Trace& other, std::int64_t batch, std::int64_t other_batch)
      : one(one), other(other), batch(batch), other_batch(other_batch) {}
  const Trace &one, &other;                                    // the sample's, and the other call's
  std::int64_t batch, other_batch;                             // equal: nothing follows the batch
  std::string batch_input;                                     // whose axis says how large the batch is
  int batch_axis = 0;
  int opset = 17;
  Graph graph = {};
  std::map<int, std::string> names = {};                       // of values
  std::map<int, std::string> places = {};                      // of the places of what values were chosen, by those values
  std::set<std::string> used = {};
  std::set<int> loose = {};                                    // values whose sizes hang from numbers: what a mask selects, and what is
                                                               // made of that
  std::string batch_name = {};                                 // of the batch as a value [1], once it is needed

  std::string unique(const std::string& wanted);
  Size size(std::int64_t here, std::int64_t there) const;
  Sizes sizes(int value) const;
};

bool same_elements(const Array& a, const Array& b);            // of one shape and dtype, and bit for bit equal

class Conversion {
 public:
  Conversion(ExportedGraph& to, std::size_t step) : to_(to), step_(to.one.steps[step]), other_(to.other.steps[step]) {}

  // The step: its name, what it takes and gives.
  const std::string& op() const { return step_.name; }
  int opset() const { return to_.opset; }
  std::size_t inputs() const { return step_.inputs.size(); }
  std::size_t outputs() const { return step_.outputs.size(); }
  bool has(std::size_t i) const { return i < step_.inputs.size() && step_.inputs[i] >= 0; }
  std::string in(std::size_t i) { return value(step_.inputs.at(i)); }
  const Shape& shape(std::size_t i = 0) const { return array(i).shape(); }
  Dtype dtype(std::size_t i = 0) const { return array(i).dtype(); }
  int rank(std::size_t i = 0) const { return shape(i).rank(); }
  const Shape& out_shape(std::size_t k = 0) const { return result(k).shape(); }
  Dtype out_dtype(std::size_t k = 0) const { return result(k).dtype(); }
  Sizes sizes(std::size_t i = 0) const { return to_.sizes(step_.inputs.at(i)); }
  Sizes out_sizes(std::size_t k = 0) const { return to_.sizes(step_.outputs.at(k)); }
  bool wanted(std::size_t k) const { return k < step_.outputs.size(); }
  int same_as() const { return step_.same_as; }

  // Its options. Asking for one that is not there is a mistake of the rule.
  bool says(std::string_view option) const { return step_.options.find(option) != nullptr; }
  double number(std::string_view option) const;
  std::int64_t whole(std::string_view option) const { return static_cast<std::int64_t>(number(option)); }
  std::vector<std::int64_t> list(std::string_view option) const;
  Sizes option_sizes(std::string_view option) const;           // which may follow the batch
  std::string text(std::string_view option) const;
  Array option_array(std::string_view option) const;           // undefined if it is
  bool has_array(std::string_view option) const { return entry(option).array.defined(); }
  std::string option_value(std::string_view option);           // the same as a value, which may have been computed
  Size option_length(std::string_view option) const;           // of an array of one dimension
  bool in_equal_steps(std::string_view option, std::int64_t by) const;   // whether its whole numbers are 0, by, 2·by, … in both calls

  // Makes nodes.
  using Names = std::vector<std::string>;
  using Attributes = std::vector<Attribute>;
  std::string node(const char* op, const Names& inputs, Attributes attributes = {});
  Names nodes(const char* op, const Names& inputs, int results, Attributes attributes = {});
  std::string constant(const Array& array, const char* called = "constant");
  std::string scalar(double number, Dtype dtype);
  std::string like(double number, std::size_t i = 0) { return scalar(number, dtype(i)); }
  std::string ints(const std::vector<std::int64_t>& numbers);  // i64 [n]
  std::string sizes_value(const Sizes& sizes);                 // i64 [n], computed where they follow the batch
  std::string reshape(const std::string& x, const Sizes& sizes);
  std::string expand(const std::string& x, const Sizes& sizes) { return node("Expand", {x, sizes_value(sizes)}); }
  std::string transpose(const std::string& x, const std::vector<std::int64_t>& order) { return node("Transpose", {x}, {{"perm", order}}); }
  std::string squeeze(const std::string& x, const std::vector<std::int64_t>& axes) { return node("Squeeze", {x, ints(axes)}); }
  std::string unsqueeze(const std::string& x, const std::vector<std::int64_t>& axes) { return node("Unsqueeze", {x, ints(axes)}); }
  std::string cast(const std::string& x, Dtype dtype);
  std::string slice(const std::string& x, int axis, const Size& begin, const Size& end, std::int64_t step = 1);
  std::string reduce(const char* op, const std::string& x, const std::vector<std::int64_t>& axes, bool keepdims);

  // The result k is that value, or that node's.
  void out(const std::string& name, std::size_t k = 0) { to_.names[step_.outputs.at(k)] = name; }
  void out(const char* op, const Names& inputs, Attributes attributes = {}) { out(node(op, inputs, std::move(attributes))); }
  std::string value(int number);                               // by its number in the trace
  // Where the elements of the first result stood: what the operation places_of gives, whose input i that result is.
  void places(const std::string& name) { to_.places[step_.outputs.at(0)] = name; }
  std::string places_of(std::size_t i) const;

  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    refuse_because(gradus::text(parts...));
  }

 private:
  [[noreturn]] void refuse_because(const std::string& why) const;
  const Array& array(std::size_t i) const { return to_.one.values[static_cast<std::size_t>(step_.inputs.at(i))].array; }
  const Array& result(std::size_t k) const { return to_.one.values[static_cast<std::size_t>(step_.outputs.at(k))].array; }
  const gradus::detail::OpOptions::Entry& entry(std::string_view option, bool of_other = false) const;
  std::string known_constant(int number);

  ExportedGraph& to_;
  const TracedStep &step_, &other_;
};

}  // namespace gradus::nn::onnx
