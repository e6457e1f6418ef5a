// The state of L-BFGS. Arrays: "direction", "gradient" [n], "y", "s" [history, n], "t", "scale"; metadata: "optimizer", the options,
// "iterations", "evaluations", "parameters" (names and shapes).
#include <gradus/optim/second_order/lbfgs.h>

#include <algorithm>
#include <cmath>

#include <gradus/optim/driver/require.h>
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

Fields LBFGS::fields(LBFGSOptions& o) {
  using enum Range;
  static constexpr std::array<std::string_view, 2> searches{"none", "strong_wolfe"};
  return {{"lr", &o.lr, at_least_zero}, {"max_iter", &o.max_iter}, {"max_eval", &o.max_eval, at_least_zero},
          {"tolerance_grad", &o.tolerance_grad, at_least_zero}, {"tolerance_change", &o.tolerance_change, at_least_zero},
          {"history_size", &o.history_size}, {"line_search", Choice::of("LineSearch", searches, o.line_search)}};
}

void LBFGS::validate(LBFGSOptions options) {
  require_ranges("LBFGS", fields(options));
  require_at_least_one("LBFGS", "max_iter", static_cast<double>(options.max_iter));
  require_at_least_one("LBFGS", "history_size", static_cast<double>(options.history_size));
}

std::string LBFGS::layout() const {
  std::string out;
  for (const NamedParameter& p : parameters_) out += text(out.empty() ? "" : ", ", p.name, " ", p.leaf->value.shape());
  return out;
}

State LBFGS::state() const {
  State state;
  LBFGSOptions options = options_;
  for (const Field& field : fields(options)) state.metadata[std::string(field.name)] = field.text();
  state.metadata["optimizer"] = "LBFGS";
  state.metadata["parameters"] = layout();
  state.metadata["iterations"] = std::to_string(memory_.iterations);
  state.metadata["evaluations"] = std::to_string(memory_.evaluations);
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
  const auto fact = [&](std::string_view key) -> const std::string& {
    const auto at = state.metadata.find(std::string(key));
    check<ValueError>(at != state.metadata.end(), "LBFGS: the state lacks ", key);
    return at->second;
  };
  check<ValueError>(fact("optimizer") == "LBFGS", "LBFGS: this is the state of ", fact("optimizer"));
  check<ValueError>(fact("parameters") == layout(), "LBFGS: the state is of the parameters ", fact("parameters"), ", not of ", layout());
  LBFGSOptions options = options_;
  Memory memory;
  const auto read = [&](const Field& field) {
    const std::optional<double> value = field.parse(fact(field.name));
    check<ValueError>(value.has_value(), "LBFGS: ", field.name, " is \"", fact(field.name), "\", which is no value of it");
    check<ValueError>(!field.is_switch() || *value == field.get(), "LBFGS: ", field.name, " is ", fact(field.name), " in the state but ",
                      field.text(), " here: construct the optimizer with ", field.code(fact(field.name)));
    field.set(*value);
  };
  for (const Field& field : fields(options)) read(field);
  validate(options);
  read({"iterations", &memory.iterations});
  read({"evaluations", &memory.evaluations});
  check<ValueError>(memory.iterations >= 0 && memory.evaluations >= 0, "LBFGS: iterations and evaluations must be counts");
  if (memory.iterations > 0) {
    const auto n = weights().size();
    const auto array = [&](const char* key, int rank) -> const Array& {
      const auto at = state.arrays.find(key);
      check<ValueError>(at != state.arrays.end(), "LBFGS: the state lacks ", key);
      const Array& a = at->second;
      check<ValueError>(a.dtype() == f64 && a.rank() == rank && (rank == 0 || a.dim(-1) == n), "LBFGS: ", key, " is ", a.shape(), " ", a.dtype(),
                        " for parameters of ", n, " numbers");
      return a;
    };
    memory.t = array("t", 0).item();
    memory.scale = array("scale", 0).item();
    memory.direction = array("direction", 1).as_contiguous();
    memory.gradient = array("gradient", 1).as_contiguous();
    memory.y = rows_of(array("y", 2));
    memory.s = rows_of(array("s", 2));
    check<ValueError>(memory.y.size() == memory.s.size(), "LBFGS: y has ", memory.y.size(), " rows but s has ", memory.s.size());
    for (std::size_t i = 0; i < memory.y.size(); ++i) memory.curvature.push_back(vectors::dot(memory.y[i], memory.s[i]));
  }
  options_ = options;
  memory_ = std::move(memory);
}

std::string LBFGS::describe() const {
  const bool search = options_.line_search == LineSearch::strong_wolfe;
  return text("LBFGS\n  ", parameters_.size(), " parameters, ", weights().size(), " numbers\n    d = −H·g, H from the last ", options_.history_size,
              " changes of w and g;  w ← w + ", search ? "t" : text(options_.lr), "·d", search ? text(", t by strong Wolfe from ", options_.lr) : "");
}

}  // namespace gradus::optim
