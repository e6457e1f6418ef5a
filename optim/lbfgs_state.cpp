// The state of L-BFGS. Arrays: "direction", "gradient" [n], "y", "s" [history, n], "t", "scale"; metadata: "optimizer", the options,
// "iterations", "evaluations", "parameters" (names and shapes).
#include <gradus/optim/lbfgs.h>

#include <algorithm>
#include <cmath>

#include <gradus/optim/require.h>

namespace gradus::optim {
namespace {

using Vector = std::vector<double>;

Array stacked(const std::vector<Vector>& rows, std::size_t columns) {
  Vector all;
  for (const Vector& row : rows) all.insert(all.end(), row.begin(), row.end());
  return Array::from(all, {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(columns)});
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
  const std::size_t n = memory_.gradient.size();
  state.arrays["t"] = Array::scalar(memory_.t, f64);
  state.arrays["scale"] = Array::scalar(memory_.scale, f64);
  state.arrays["direction"] = Array::from(memory_.direction, {static_cast<std::int64_t>(n)});
  state.arrays["gradient"] = Array::from(memory_.gradient, {static_cast<std::int64_t>(n)});
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
    const auto n = static_cast<std::int64_t>(weights().size());
    const auto array = [&](const char* key, int rank) -> const Array& {
      const auto at = state.arrays.find(key);
      check<ValueError>(at != state.arrays.end(), "LBFGS: the state lacks ", key);
      const Array& a = at->second;
      check<ValueError>(a.dtype() == f64 && a.rank() == rank && (rank == 0 || a.dim(-1) == n), "LBFGS: ", key, " is ", a.shape(), " ", a.dtype(),
                        " for parameters of ", n, " numbers");
      return a;
    };
    const auto rows = [&](const char* key) {
      const Vector all = array(key, 2).to_vector();
      std::vector<Vector> out;
      for (std::int64_t i = 0; i < array(key, 2).dim(0); ++i) out.emplace_back(all.begin() + i * n, all.begin() + (i + 1) * n);
      return out;
    };
    memory.t = array("t", 0).item();
    memory.scale = array("scale", 0).item();
    memory.direction = array("direction", 1).to_vector();
    memory.gradient = array("gradient", 1).to_vector();
    memory.y = rows("y");
    memory.s = rows("s");
    check<ValueError>(memory.y.size() == memory.s.size(), "LBFGS: y has ", memory.y.size(), " rows but s has ", memory.s.size());
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
