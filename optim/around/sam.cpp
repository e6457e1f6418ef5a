#include <gradus/optim/around/sam.h>

#include <algorithm>
#include <cmath>

#include <gradus/optim/kernels/partition.h>
#include <gradus/optim/kernels/vector_loops.h>

namespace gradus::optim {
namespace {

constexpr std::int64_t block = 4096;     // elements of one partial sum: the same whatever the number of threads

struct Slope {
  Array w, g, climbed;
};

double norm_of(const SmallVector<Slope, 16>& slopes, const Partition& row, const SAMOptions& o) {
  SmallVector<double, 64> parts;
  parts.resize(static_cast<std::size_t>(row.units()));
  row.for_each([&](std::size_t i, std::int64_t begin, std::int64_t end) {
    visit_floating(slopes[i].w.dtype(), "SAM", [&]<class T>(T) {
      const auto& loops = kernels::vector_loops().of(T{});
      const T *w = slopes[i].w.data<T>(), *g = slopes[i].g.data<T>();
      for (std::int64_t at = begin; at < end; at += block) {
        const std::int64_t n = std::min(block, end - at);
        parts[static_cast<std::size_t>(row.first_unit(i) + at / block)] = o.adaptive ? loops.scaled_square_sum(w + at, g + at, n, o.eta)
                                                                                    : loops.square_sum(g + at, n);
      }
    });
  });
  double total = 0;
  for (double part : parts) total += part;
  return std::sqrt(total);
}

void climb(SmallVector<Slope, 16>& slopes, const Partition& row, double scale, const SAMOptions& o) {
  row.for_each([&](std::size_t i, std::int64_t begin, std::int64_t end) {
    Slope& s = slopes[i];
    visit_floating(s.w.dtype(), "SAM", [&]<class T>(T) {
      const auto& loops = kernels::vector_loops().of(T{});
      T* y = s.climbed.mutable_data<T>() + begin;
      const T *w = s.w.data<T>() + begin, *g = s.g.data<T>() + begin;
      if (o.adaptive) loops.scaled_climb(y, w, g, end - begin, scale, o.eta);
      else loops.climb(y, w, g, end - begin, scale);
    });
  });
}

}  // namespace

SAM::SAM(Optimizer& optimizer, const SAMOptions& options) : optimizer_(optimizer), options_(options) { validate(options); }

void SAM::validate(const SAMOptions& options) {
  check_options("SAM", options);
  check<ValueError>(options.adaptive || options.eta == 0, "SAM: eta = ", options.eta, " is of ASAM alone: set adaptive = true");
}

void SAM::set_options(const SAMOptions& options) {
  validate(options);
  options_ = options;
}

void SAM::check_direction() const {
  for (int group = 0; group < optimizer_.groups(); ++group)
    check<ValueError>(!optimizer_.has_option("maximize", group) || optimizer_.option("maximize", group) == 0, "SAM: group ", group, " of ",
                      optimizer_.name(), " maximizes, but SAM looks for the largest loss nearby: minimise −L instead");
}

SAM::Climb::Climb(SAM& sam) {
  if (sam.groups_ != sam.optimizer_.groups()) {
    sam.parameters_ = sam.optimizer_.parameters();
    sam.groups_ = sam.optimizer_.groups();
  }
  SmallVector<Slope, 16> slopes;
  Partition row(block);
  for (const auto& [name, leaf] : sam.parameters_) {
    const Tensor grad = leaf->gradient();
    if (!grad.defined()) continue;
    const Array& value = leaf->value;
    check<ShapeError>(grad.shape() == value.shape(), "SAM: the gradient of ", name, " has shape ", grad.shape(), " but the parameter has ",
                      value.shape());
    check<DtypeError>(grad.dtype() == value.dtype(), "SAM: the gradient of ", name, " is ", grad.dtype(), " but the parameter is ",
                      value.dtype());
    kept_.emplace_back(leaf.get(), value);
    slopes.push_back({value.as_contiguous(), grad.value().as_contiguous(), Array(value.shape(), value.dtype())});
    row.add(value.size());
  }
  climb(slopes, row, sam.options_.rho / (norm_of(slopes, row, sam.options_) + 1e-12), sam.options_);
  for (std::size_t i = 0; i < kept_.size(); ++i) kept_[i].first->value = std::move(slopes[i].climbed);
}

SAM::Climb::~Climb() {
  for (auto& [leaf, value] : kept_) leaf->value = std::move(value);
}

State SAM::state() const {
  State state = optimizer_.state();
  write_options(state.values, "sam.", options_of(options_));
  return state;
}

void SAM::load_state(const State& given) {
  State state = given;               // what is left in the end is the optimizer's
  SAMOptions options = options_;
  ValueReader reader(given.values);
  read_options(reader, "sam.", options_of(options));
  reader.finish("SAM: the state does not fit");
  validate(options);
  std::erase_if(state.values, [](const auto& fact) { return fact.first.starts_with("sam."); });
  optimizer_.load_state(state);
  options_ = options;
}

void SAM::save(const FileName& file) const { save_state(file, state()); }

void SAM::load(const FileName& file) { load_state(read_state(file)); }

std::string SAM::describe() const {
  const std::string scale = options_.adaptive ? options_.eta > 0 ? text("(|w| + ", options_.eta, ")") : "|w|" : "";
  return text(optimizer_.describe(), "\n  ", options_.adaptive ? "ASAM" : "SAM", "\n    g is taken at w + ", options_.rho, "·",
              options_.adaptive ? text(scale, "²·g/‖", scale, "·g‖") : "g/‖g‖");
}

}  // namespace gradus::optim
