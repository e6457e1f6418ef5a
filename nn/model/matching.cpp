#include <gradus/nn/model/matching.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include <gradus/autograd/base/describe/nearest_name.h>
#include <gradus/autograd/base/internal/pattern.h>
#include <gradus/nn/model/any_module.h>
#include <gradus/nn/model/internal/choosing.h>
#include <gradus/nn/model/internal/watcher.h>
#include <gradus/nn/model/thorough.h>

namespace gradus::nn {
namespace {

bool takes_out(std::string_view pattern) { return pattern.starts_with('!'); }
std::string_view bare(std::string_view pattern) { return takes_out(pattern) ? pattern.substr(1) : pattern; }

class AllPaths final : public Thorough {
 public:
  std::vector<std::string> paths;
  std::vector<Parameter*> parameters;

 private:
  void found(const Path& path, Parameter& p) override {
    paths.push_back(path.text());
    parameters.push_back(&p);
  }
};

class AllModules final : public Visitor {
 public:
  void module(const Path& path, const VisitedModule& module) override { found.push_back({path.text(), module}); }
  std::vector<detail::FoundModule> found;
};

}  // namespace

void Matching::add(std::string_view pattern) {
  check<ValueError>(!bare(pattern).empty() || pattern.empty(), "Matching: nothing stands behind the !");
  patterns_.emplace_back(pattern);
}

bool Matching::fits(std::string_view path) const {
  bool in = !patterns_.empty() && takes_out(patterns_.front());
  for (const std::string& pattern : patterns_)
    if (fits_pattern(path, bare(pattern))) in = !takes_out(pattern);
  return in;
}

std::string detail::near(std::string_view wanted, const std::vector<std::string>& paths) {
  std::set<std::string> all;                                   // whole paths, and where they lead through
  for (const std::string& path : paths)
    for (std::size_t dot = path.find('.');; dot = path.find('.', dot + 1)) {
      all.insert(path.substr(0, dot));
      if (dot == path.npos) break;
    }
  std::vector<std::string_view> names(all.begin(), all.end());
  const auto dots = [](std::string_view path) { return std::count(path.begin(), path.end(), '.'); };
  const auto far = [&](std::string_view path) { return std::abs(dots(path) - dots(wanted)); };   // of equally near ones the one as deep
  std::stable_sort(names.begin(), names.end(), [&](std::string_view a, std::string_view b) { return far(a) < far(b); });
  std::string message = did_you_mean(wanted, names);
  std::string listed;
  std::size_t left = paths.size();
  for (const std::string& path : paths) {
    if (path.empty()) --left;
    else if (listed.size() < 100) listed += (listed.empty() ? "" : ", ") + path, --left;
  }
  if (listed.empty()) return message;
  return text(message, "; there are ", listed, left > 0 ? text(" and ", left, " more") : "");
}

void detail::check_patterns(std::string_view operation, std::string_view what, const Matching& which,
                            const std::vector<std::string>& paths) {
  check<ValueError>(!which.patterns().empty(), operation, ": no pattern is given; \"*\" fits everything");
  for (const std::string& pattern : which.patterns()) {
    const auto fits = [&](const std::string& path) { return fits_pattern(path, bare(pattern)); };
    check<ValueError>(std::any_of(paths.begin(), paths.end(), fits), operation, ": no ", what, " fits \"", bare(pattern), "\"",
                      [&] { return near(bare(pattern), paths); });
  }
}

std::unordered_set<const Leaf*> detail::chosen_leaves(std::string_view operation, ModuleRef net, const Matching& which) {
  AllPaths all;
  net.walk(all);
  check_patterns(operation, "parameter", which, all.paths);
  std::unordered_set<const Leaf*> chosen;
  for (std::size_t i = 0; i < all.paths.size(); ++i)
    if (which.fits(all.paths[i])) chosen.insert(all.parameters[i]->leaf().get());
  return chosen;
}

std::vector<detail::FoundModule> detail::modules_of(const ConstModuleRef& net) {
  AllModules all;
  net.walk(all);
  return std::move(all.found);
}

std::vector<detail::FoundModule> detail::chosen_layers(std::string_view operation, const ConstModuleRef& net, const Matching& which) {
  std::vector<FoundModule> all = modules_of(net), chosen;
  std::erase_if(all, [](const FoundModule& found) { return *found.module.type == typeid(AnyModule); });
  std::vector<std::string> paths;
  for (const FoundModule& found : all) paths.push_back(found.path);
  check_patterns(operation, "layer", which, paths);
  for (const FoundModule& found : all)
    if (found.module.seen && which.fits(found.path)) chosen.push_back(found);
  for (const std::string& pattern : which.patterns()) {
    const auto fits = [&](const FoundModule& found) { return fits_pattern(found.path, bare(pattern)); };
    const auto seen = [&](const FoundModule& found) { return found.module.seen && fits(found); };
    if (takes_out(pattern) || std::any_of(all.begin(), all.end(), seen)) continue;
    const FoundModule& found = *std::find_if(all.begin(), all.end(), fits);
    fail<ValueError>(operation, ": a call of \"", found.path, "\", a ", layer_name(*found.module.type),
                     ", is not seen: its call operator has to say it by nn::call (nn/model/call.h)");
  }
  return chosen;
}

Parameters detail::parameters_that_fit(ModuleRef net, const Matching& which) {
  const auto chosen = detail::chosen_leaves("parameters", net, which);
  Parameters all = parameters(net);
  std::erase_if(all, [&](const NamedParameter& p) { return !chosen.contains(p.leaf.get()); });
  return all;
}

namespace {

struct SetTrainable final : Visitor {
  SetTrainable(const std::unordered_set<const Leaf*>& which, bool trainable) : chosen(which), on(trainable) {}
  void parameter(const Path&, Parameter& p) override {
    if (p.defined() && chosen.contains(p.leaf().get())) p.set_requires_grad(on);
  }
  const std::unordered_set<const Leaf*>& chosen;
  bool on;
};

std::int64_t set_trainable(std::string_view operation, ModuleRef net, const Matching& which, bool on) {
  const auto chosen = detail::chosen_leaves(operation, net, which);
  SetTrainable visitor(chosen, on);
  net.walk(visitor);
  return static_cast<std::int64_t>(chosen.size());
}

}  // namespace

std::int64_t freeze(ModuleRef net, const Matching& which) { return set_trainable("freeze", net, which, false); }
std::int64_t unfreeze(ModuleRef net, const Matching& which) { return set_trainable("unfreeze", net, which, true); }

}  // namespace gradus::nn
