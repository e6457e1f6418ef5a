// The state of L-BFGS. Arrays: "direction", "gradient" [n], "y", "s" [history, n], "t", "scale"; values: "optimizer", the options,
// "iterations", "evaluations", "parameters" (names and shapes).
#include <gradus/optim/second_order/lbfgs.h>

#include <algorithm>
#include <cmath>

#include <gradus/optim/second_order/internal/vectors.h>

namespace gradus::optim {
namespace {

// The vectors as rows of a matrix.
Array stacked(const std::vector<Array>& rows, std::int64_t columns) {
  Array out({static_cast<std::int64_t>(rows.size()), columns}, f64);
  double* to = out.mutable_data<double>();
  for (const Array& row : rows) to = std::copy_n(row.data<double>(), columns, to);
  return out;
}

std::vector<Array> rows_of(const Array& matrix) {
  std::vector<Array> out;
  for (std::int64_t i = 0; i < matrix.dim(0); ++i) out.push_back(matrix.slice(0, i, i + 1).contiguous_copy().reshape({matrix.dim(1)}));
  return out;
}

}  // namespace

std::string LBFGS::layout() const {
  std::string out;
  for (const NamedParameter& p : parameters_) out += text(out.empty() ? "" : ", ", p.name, " ", p.leaf->value.shape());
  return out;
}

State LBFGS::state() const {
  State state;
  write_options(state.values, "", options_of(options_));
  state.values["optimizer"] = "LBFGS";
  state.values["parameters"] = layout();
  state.values["iterations"] = std::to_string(memory_.iterations);
  state.values["evaluations"] = std::to_string(memory_.evaluations);
  if (memory_.iterations == 0) return state;
  const std::int64_t n = memory_.gradient.size();
  state.arrays["t"] = Array::scalar(memory_.t, f64);
  state.arrays["scale"] = Array::scalar(memory_.scale, f64);
  state.arrays["direction"] = memory_.direction;
  state.arrays["gradient"] = memory_.gradient;
  state.arrays["y"] = stacked(memory_.y, n);
  state.arrays["s"] = stacked(memory_.s, n);
  return state;
}

void LBFGS::load_state(const State& state) {
  StateReader reader(state);
  const std::string* rule = reader.find("optimizer");
  check<ValueError>(rule, "LBFGS: this is not an optimizer's state: it has no \"optimizer\"");
  check<ValueError>(*rule == "LBFGS", "LBFGS: this is the state of ", *rule);
  if (const std::string* parameters = reader.need("parameters"); parameters && *parameters != layout())
    reader.problem("it is of the parameters ", *parameters, ", not of ", layout());
  LBFGSOptions options = options_;
  Memory memory;
  read_options(reader, "", options_of(options));
  memory.iterations = reader.count("iterations");
  memory.evaluations = reader.count("evaluations");
  if (memory.iterations > 0) {
    const auto n = weights().size();
    // A history, which may have any number of rows.
    const auto rows = [&](const char* key) {
      const Array* found = reader.find_array(key);
      return reader.array(key, {found && found->rank() == 2 ? found->dim(0) : 0, n}, f64);
    };
    const Array t = reader.array("t", {}, f64), scale = reader.array("scale", {}, f64), y = rows("y"), s = rows("s");
    memory.direction = reader.array("direction", {n}, f64);
    memory.gradient = reader.array("gradient", {n}, f64);
    if (y.defined() && s.defined() && y.dim(0) != s.dim(0)) reader.problem("y has ", y.dim(0), " rows but s has ", s.dim(0));
    reader.finish("LBFGS: the state does not fit this optimizer");
    memory.t = t.item();
    memory.scale = scale.item();
    memory.y = rows_of(y);
    memory.s = rows_of(s);
    for (std::size_t i = 0; i < memory.y.size(); ++i) memory.curvature.push_back(vectors::dot(memory.y[i], memory.s[i]));
  }
  reader.expect_no_more_arrays();
  reader.finish("LBFGS: the state does not fit this optimizer");
  check_options("LBFGS", options);
  options_ = options;
  memory_ = std::move(memory);
}

std::string LBFGS::describe() const {
  const bool search = options_.line_search == LineSearch::strong_wolfe;
  return text("LBFGS\n  ", parameters_.size(), " parameters, ", weights().size(), " numbers\n    d = −H·g, H from the last ",
              options_.history_size, " changes of w and g;  w ← w + ", search ? "t" : text(options_.lr), "·d",
              search ? text(", t by strong Wolfe from ", options_.lr) : "");
}

}  // namespace gradus::optim
