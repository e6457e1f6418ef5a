#include <gradus/nn/model/tie.h>

#include <algorithm>
#include <string>
#include <unordered_set>

namespace gradus::nn {
namespace {

struct Collect final : Visitor {
  void parameter(const Path& path, Parameter& p) override {
    if (!p.defined()) return;
    names += (names.empty() ? "\"" : ", \"") + path.text() + "\"";
    parameters.push_back(&p);
  }
  std::string names;
  std::vector<Parameter*> parameters;
};

// What stands for one weight: the first one's, and those of the others, by order.
std::vector<std::vector<Parameter*>> matched(const std::vector<ModuleRef>& modules) {
  std::vector<Collect> found(modules.size());
  for (std::size_t i = 0; i < modules.size(); ++i) modules[i].walk(found[i]);
  check<ValueError>(!found[0].parameters.empty(), "Tie: the first has no parameters");
  std::vector<std::vector<Parameter*>> out(found[0].parameters.size());
  std::unordered_set<const Leaf*> seen;
  for (const Collect& each : found) {
    check<ValueError>(each.names == found[0].names, "Tie: layers that are tied have the same parameters, but one has ", found[0].names,
                      " and one ", each.names, "; tie single ones: nn::Tie tied{words.weight, output.weight};");
    for (std::size_t k = 0; k < out.size(); ++k) {
      Parameter &p = *each.parameters[k], &first = *found[0].parameters[k];
      check<ShapeError>(p.shape() == first.shape(), "Tie: a weight ", first.shape(), " and a weight ", p.shape(), " cannot be one");
      check<DtypeError>(p.dtype() == first.dtype(), "Tie: a weight of ", first.dtype(), " and a weight of ", p.dtype(), " cannot be one");
      check<ValueError>(!p.tied() && seen.insert(p.leaf().get()).second, "Tie: a weight ", p.shape(),
                        " is tied already; name all of its places in one: nn::Tie tied{first, second, third};");
      out[k].push_back(&p);
    }
  }
  return out;
}

}  // namespace

Tie::Tie(const std::vector<ModuleRef>& modules) {
  for (const std::vector<Parameter*>& places : matched(modules)) weights_.push_back(gradus::detail::TiedWeight::of(places));
}

Tie::Tie(const Tie& o) : Tie() {
  for (const auto& weight : o.weights_) weights_.push_back(weight->copy_of_model());
}

// Where the model's own places stayed and took the other's values (nn::parameters' leaves are held by an optimizer), the tie stays, too.
Tie& Tie::operator=(const Tie& o) {
  if (this == &o) return *this;
  if (weights_.empty()) return *this = Tie(o);
  for (std::size_t i = 0; i < std::min(weights_.size(), o.weights_.size()); ++i) {
    if (weights_[i]->alive()) continue;
    const auto copy = o.weights_[i]->copy_of_model();
    weights_[i]->end();
    weights_[i] = copy;
  }
  return *this;
}

Tie& Tie::operator=(Tie&& o) noexcept {
  if (this == &o) return *this;
  if (weights_.empty()) weights_.swap(o.weights_);
  for (std::size_t i = 0; i < std::min(weights_.size(), o.weights_.size()); ++i)
    if (!weights_[i]->alive()) weights_[i].swap(o.weights_[i]);   // the other one ends it
  return *this;
}

void Tie::end() {
  for (const auto& weight : weights_) weight->end();
  weights_.clear();
}

}  // namespace gradus::nn
