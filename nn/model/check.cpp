#include <gradus/nn/model/check.h>

#include <algorithm>
#include <ostream>
#include <unordered_map>
#include <unordered_set>

#include <gradus/nn/model/thorough.h>

namespace gradus::nn {
namespace {

class Trainable final : public Thorough {
 public:
  std::vector<std::pair<std::string, const Leaf*>> list;       // of each leaf the first place
  std::unordered_set<const Leaf*> leaves;                      // frozen ones too

 private:
  void found(const Path& path, Parameter& p) override {
    if (leaves.insert(p.leaf().get()).second && p.requires_grad()) list.emplace_back(path.text(), p.leaf().get());
  }
};

}  // namespace

CheckReport detail::check_training(const ConstModuleRef& net, std::initializer_list<Parameters> optimizers) {
  Trainable model;
  net.walk(model);
  CheckReport report;
  std::unordered_map<const Leaf*, int> trained;
  for (const Parameters& optimizer : optimizers)
    for (const NamedParameter& p : optimizer) {
      const int times = ++trained[p.leaf.get()];
      if (!model.leaves.contains(p.leaf.get()) && times == 1) report.foreign.push_back(p.name);
      if (times == 2) report.trained_twice.push_back(p.name);
    }
  for (const auto& [name, leaf] : model.list) {
    if (!trained.contains(leaf)) report.untrained.push_back(name);
    if (!leaf->has_gradient()) report.without_gradient.push_back(name);
  }
  return report;
}

std::string CheckReport::text() const {
  std::string all;
  const auto add = [&](const std::vector<std::string>& names, const char* what) {
    for (const std::string& name : names) all += name + what;
  };
  add(untrained, " is trained by no optimizer\n");
  add(without_gradient, " has no gradient: the loss does not depend on it, or backward() has not run\n");
  add(trained_twice, " is in two optimizers\n");
  add(foreign, " is in an optimizer, but not in the model\n");
  return all;
}

std::ostream& operator<<(std::ostream& out, const CheckReport& report) { return out << report.text(); }

}  // namespace gradus::nn
