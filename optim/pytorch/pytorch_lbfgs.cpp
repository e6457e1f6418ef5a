// By way of LBFGS::state(), whose keys are those of optim/second_order/lbfgs_state.cpp. PyTorch keeps all of it with the first parameter.
#include <algorithm>

#include <gradus/autograd/array/formats/pt.h>
#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/optim/pytorch/pytorch_state.h>
#include <gradus/optim/second_order/lbfgs.h>

namespace gradus::optim {
namespace {

constexpr const char* numbers_of_lbfgs[] = {"lr", "max_iter", "max_eval", "tolerance_grad", "tolerance_change", "history_size"};

Array rows_of(const PtValue& list, std::int64_t columns) {
  Array out({static_cast<std::int64_t>(list.size()), columns}, f64);
  double* to = out.mutable_data<double>();
  for (const PtValue& row : list.elements()) {
    const Array values = row.array().to(f64).as_contiguous();
    check<ValueError>(values.size() == columns, "LBFGS: ", row.path(), " has ", values.size(), " numbers, not ", columns);
    to = std::copy_n(values.data<double>(), columns, to);
  }
  return out;
}

}  // namespace

void load_pytorch_state(LBFGS& optimizer, const PtValue& state_dict) {
  check<ValueError>(state_dict.contains("state") && state_dict.contains("param_groups"), "LBFGS: this is no state_dict of an optimizer");
  const PtValue group = state_dict["param_groups"][0];
  State state = optimizer.state();
  state.arrays.clear();
  for (const char* name : numbers_of_lbfgs) state.values[name] = number_text(group[name].number());
  const PtValue search = group["line_search_fn"];
  state.values["line_search"] = search.is_none() ? "none" : std::string(search.text());
  state.set("iterations", std::int64_t{0});
  state.set("evaluations", std::int64_t{0});
  if (state_dict["state"].contains(0)) {
    const PtValue kept = state_dict["state"][0];
    state.values["evaluations"] = std::to_string(kept["func_evals"].integer());
    if (const std::int64_t iterations = kept["n_iter"].integer(); iterations > 0) {
      state.values["iterations"] = std::to_string(iterations);
      state.arrays["direction"] = kept["d"].array().to(f64).as_contiguous();
      state.arrays["gradient"] = kept["prev_flat_grad"].array().to(f64).as_contiguous();
      state.arrays["t"] = Array::scalar(kept["t"].number(), f64);
      state.arrays["scale"] = Array::scalar(kept["H_diag"].number(), f64);
      const std::int64_t n = state.arrays["direction"].size();
      state.arrays["y"] = rows_of(kept["old_dirs"], n);
      state.arrays["s"] = rows_of(kept["old_stps"], n);
    }
  }
  optimizer.load_state(state);
}

PtValue pytorch_state(const LBFGS& optimizer) {
  const LBFGSOptions& options = optimizer.options();
  constexpr std::int64_t in_five = 5, out_of_four = 4;
  const std::int64_t max_eval = options.max_eval > 0 ? options.max_eval : options.max_iter * in_five / out_of_four;
  const State state = optimizer.state();
  PtValue kept = PtValue::dict({{"func_evals", optimizer.evaluations()}, {"n_iter", optimizer.iterations()}});
  if (optimizer.iterations() > 0) {
    const Dtype dtype = optimizer.parameters().at(0).leaf->value.dtype();
    const auto as_vector = [&](const Array& a) { return PtValue(a.reshape({a.size()}).to(dtype)); };
    PtValue y = PtValue::list({}), s = PtValue::list({}), inverse = PtValue::list({}), room = PtValue::list({});
    const Array &ys = state.arrays.at("y"), &ss = state.arrays.at("s");
    for (std::int64_t i = 0; i < ys.dim(0); ++i) {
      y.push_back(as_vector(ys.slice(0, i, i + 1)));
      s.push_back(as_vector(ss.slice(0, i, i + 1)));
      double product = 0;
      for (std::int64_t j = 0; j < ys.dim(1); ++j) product += ys.at({i, j}) * ss.at({i, j});
      inverse.push_back(Array::scalar(1 / product, dtype));
    }
    for (std::int64_t i = 0; i < options.history_size; ++i) room.push_back(PtValue());
    kept.set("d", as_vector(state.arrays.at("direction")));
    kept.set("t", state.arrays.at("t").item());
    kept.set("old_dirs", y);
    kept.set("old_stps", s);
    kept.set("ro", inverse);
    kept.set("H_diag", Array::scalar(state.arrays.at("scale").item(), dtype));
    kept.set("prev_flat_grad", as_vector(state.arrays.at("gradient")));
    kept.set("prev_loss", 0.0);   // set anew before it is looked at
    kept.set("al", room);
  }
  PtValue group = PtValue::dict({{"lr", options.lr},
                                 {"max_iter", options.max_iter},
                                 {"max_eval", max_eval},
                                 {"tolerance_grad", options.tolerance_grad},
                                 {"tolerance_change", options.tolerance_change},
                                 {"history_size", options.history_size}});
  group.set("line_search_fn", options.line_search == LineSearch::none ? PtValue() : PtValue("strong_wolfe"));
  PtValue ids = PtValue::list({});
  for (std::size_t i = 0; i < optimizer.parameters().size(); ++i) ids.push_back(i);
  group.set("params", ids);
  return PtValue::dict({{"state", PtValue::dict({{0, kept}})}, {"param_groups", PtValue::list({group})}});
}

}  // namespace gradus::optim
