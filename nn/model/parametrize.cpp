#include <gradus/nn/model/parametrize.h>

#include <string>
#include <typeinfo>
#include <vector>

#include <gradus/autograd/tape/recording.h>

namespace gradus::nn {
namespace {

using detail::Step;

// Of one weight.
struct Originals {
  Tensor at[Step::most_originals];
  int number = 0;
};

// One or several steps after each other; the first one may take several originals.
class StepsOfWeight final : public gradus::detail::ComputedWeight {
 public:
  StepsOfWeight(const Parameter& weight, std::unique_ptr<Step> first) : shape_(weight.shape()), name_(weight.name()) {
    steps_.push_back(std::move(first));
  }

  Tensor tensor() const override { return weight_of(present()); }
  const Shape& shape() const override { return shape_; }
  Dtype dtype() const override { return originals_[0].dtype(); }
  const std::string& name() const override { return name_; }
  bool requires_grad() const override {
    for (const Parameter& each : originals_)
      if (each.requires_grad()) return true;
    return false;
  }
  void set_requires_grad(bool on) override {
    for (Parameter& each : originals_) each.set_requires_grad(on);
  }
  void set_value(const Array& value) override {
    const NoGrad guard;
    Originals x{{value}, 1};
    for (std::size_t i = steps_.size(); i-- > 0;) {
      Originals before;
      before.number = steps_[i]->inverse(x.at[0], before.at);
      check<ValueError>(before.number > 0, "set_value: ", name_,
                        " is parametrized, and the parametrization has no right_inverse that would say "
                        "which originals give that value; set those, or give it one");
      check_number(*steps_[i], before.number);
      x = before;
    }
    check_weight(weight_of(x), shape_, value.dtype());
    for (std::size_t i = 0; i < originals_.size(); ++i) originals_[i].set_value(x.at[i].value());
  }

  ComputedWeight* copy() const override { return new StepsOfWeight(*this); }
  bool take(ComputedWeight& o) noexcept override {
    if (typeid(o) != typeid(StepsOfWeight)) return false;
    auto& other = static_cast<StepsOfWeight&>(o);
    if (other.steps_.size() != steps_.size() || other.originals_.size() != originals_.size()) return false;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const Step &mine = *steps_[i], &theirs = *other.steps_[i];
      if (typeid(mine) != typeid(theirs)) return false;
    }
    for (std::size_t i = 0; i < steps_.size(); ++i)
      if (!steps_[i]->take(*other.steps_[i])) steps_[i].swap(other.steps_[i]);
    for (std::size_t i = 0; i < originals_.size(); ++i) originals_[i] = std::move(other.originals_[i]);
    shape_ = other.shape_;
    return true;
  }

  void walk(const Path& path, Visitor& visitor) {
    const Path all{path.parent, "parametrizations"}, weight{&all, path.name};
    for (std::size_t i = 0; i < originals_.size(); ++i) {
      const std::string number = originals_.size() == 1 ? "original" : "original" + std::to_string(i);
      visitor.parameter({&weight, number}, originals_[i]);
    }
    for (std::size_t i = 0; i < steps_.size(); ++i) steps_[i]->walk({&weight, detail::Index(i)}, visitor);
  }

  static void check_number(const Step& step, int number) {
    check<ValueError>(number == step.originals, "parametrize: the parametrization takes ", step.originals,
                      " tensors, but its right_inverse gives ", number,
                      "; it gives the first value of each, one tensor or a std::array of them");
  }
  static void check_weight(const Tensor& weight, const Shape& shape, Dtype dtype) {
    check<ShapeError>(weight.defined() && weight.shape() == shape, "parametrize: the weight is ", shape,
                      ", but what the parametrization computes is ", [&] { return weight.defined() ? text(weight.shape()) : "undefined"; });
    check<DtypeError>(weight.dtype() == dtype, "parametrize: the weight is ", dtype, ", but what the parametrization computes is ",
                      weight.dtype());
  }
  Tensor weight_of(const Originals& x) const {
    Tensor weight = steps_[0]->call(x.at);
    for (std::size_t i = 1; i < steps_.size(); ++i) weight = steps_[i]->call(&weight);
    return weight;
  }

  std::vector<Parameter>& originals() { return originals_; }
  void add(Parameter original) { originals_.push_back(std::move(original)); }
  void follow(std::unique_ptr<Step> step) { steps_.push_back(std::move(step)); }

 private:
  StepsOfWeight(const StepsOfWeight& o) : originals_(o.originals_), shape_(o.shape_), name_(o.name_) {
    for (const auto& step : o.steps_) steps_.push_back(step->copy());
  }
  Originals present() const {
    Originals x;
    for (const Parameter& each : originals_) x.at[x.number++] = each.tensor();
    return x;
  }

  std::vector<Parameter> originals_;
  std::vector<std::unique_ptr<Step>> steps_;
  Shape shape_;
  std::string name_;
};

// The parameter of a name, parametrized or not.
struct FindWeight final : Visitor {
  explicit FindWeight(std::string_view name) : name(name) {}
  void parameter(const Path& path, Parameter& p) override { meet(path, p); }
  void parametrized(const Path& path, Parameter& p) override {
    any = true;
    meet(path, p);
  }
  void uninitialised(const Path& path) override { detail::refuse_lazy(path); }
  void meet(const Path& path, Parameter& p) {
    if (!p.defined()) return;
    const std::string here = path.text();
    if (here == name) found = &p;
    names += (names.empty() ? "" : ", ") + here;
  }
  std::string_view name;
  std::string names;
  Parameter* found = nullptr;
  bool any = false;
};

Parameter& find_weight(const ModuleRef& net, std::string_view name, const char* what) {
  FindWeight find(name);
  net.walk(find);
  check<ValueError>(find.found != nullptr, what, ": there is no parameter named \"", name, "\"; there are: ", find.names);
  return *find.found;
}

StepsOfWeight& steps_of(Parameter& weight) { return static_cast<StepsOfWeight&>(*weight.computed()); }

}   // namespace

namespace detail {

void walk_parameter(const Path& path, Parameter& p, Visitor& visitor) {
  if (!p.parametrized()) [[likely]]
    return visitor.parameter(path, p);
  visitor.parametrized(path, p);
  steps_of(p).walk(path, visitor);
}

void parametrize(ModuleRef net, std::string_view name, std::unique_ptr<Step> step) {
  Parameter& weight = find_weight(net, name, "parametrize");
  check<ValueError>(!weight.tied(), "parametrize: ", name,
                    " is tied to another place; parametrize it first and tie the layers afterwards: "
                    "nn::Tie tied{first, second};");
  const NoGrad guard;
  const Tensor before = weight.tensor();
  const bool first = !weight.parametrized();
  Originals x;
  if (first) x.number = step->inverse(before, x.at);
  if (x.number == 0) x = {{before}, 1};
  StepsOfWeight::check_number(*step, x.number);
  StepsOfWeight::check_weight(step->call(x.at), before.shape(), before.dtype());
  if (!first) return steps_of(weight).follow(std::move(step));

  auto computed = std::make_unique<StepsOfWeight>(weight, std::move(step));
  const bool trainable = weight.requires_grad();
  if (x.number == 1 && x.at[0].shape() == before.shape() && x.at[0].dtype() == before.dtype()) {
    computed->add(std::move(weight));
    computed->originals()[0].set_value(x.at[0].value());
  } else {
    for (int i = 0; i < x.number; ++i) computed->add(Parameter(x.at[i].value(), std::string(name)));
  }
  computed->set_requires_grad(trainable);
  weight.compute_by(computed.release());
}

}   // namespace detail

bool is_parametrized(ConstModuleRef net, std::string_view name) {
  FindWeight find(name);
  net.walk(find);
  return name.empty() ? find.any : find.found && find.found->parametrized();
}

void remove_parametrizations(ModuleRef net, std::string_view name, bool leave_parametrized) {
  Parameter& weight = find_weight(net, name, "remove_parametrizations");
  check<ValueError>(weight.parametrized(), "remove_parametrizations: ", name, " is not parametrized");
  StepsOfWeight& steps = steps_of(weight);
  check<ValueError>(leave_parametrized || steps.originals().size() == 1, "remove_parametrizations: ", name, " has ",
                    steps.originals().size(), " originals, none of which is the weight; leave it parametrized");
  eval(steps);
  const NoGrad guard;
  const Tensor value = leave_parametrized ? weight.tensor() : steps.originals()[0].tensor();
  const bool trainable = weight.requires_grad();
  Parameter plain(value.value(), steps.name());
  if (steps.originals().size() == 1 && steps.originals()[0].shape() == value.shape()) {
    plain = std::move(steps.originals()[0]);   // its leaf: an optimizer follows
    plain.set_value(value.value());
    plain.zero_grad();
  }
  plain.set_requires_grad(trainable);
  weight = std::move(plain);
}

}   // namespace gradus::nn
