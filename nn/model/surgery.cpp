#include <gradus/nn/model/surgery.h>

#include <algorithm>
#include <map>

#include <gradus/nn/model/internal/choosing.h>
#include <gradus/nn/model/internal/watcher.h>

namespace gradus::nn {

std::vector<NamedModule> named_modules(ConstModuleRef net) {
  std::vector<NamedModule> all;
  for (const detail::FoundModule& found : detail::modules_of(net))
    if (*found.module.type != typeid(AnyModule)) all.push_back({found.path, detail::layer_name(*found.module.type)});
  return all;
}

detail::PartAt detail::find_part(std::string_view operation, const ConstModuleRef& net, std::string_view path, const std::type_info& wanted,
                               bool any) {
  std::vector<std::string> paths;
  const std::type_info* there = nullptr;
  void* in_any = nullptr;
  for (const FoundModule& found : modules_of(net)) {
    if (paths.empty() || paths.back() != found.path) paths.push_back(found.path);
    if (found.path != path) continue;
    if (*found.module.type == wanted) return {found.module.object, false};
    if (*found.module.type == typeid(AnyModule)) {
      if (!in_any) in_any = found.module.object;
    } else if (!there) {
      there = found.module.type;
    }
  }
  if (any && in_any) return {in_any, true};
  check<ValueError>(there || in_any, operation, ": there is no layer \"", path, "\"", [&] { return near(path, paths); });
  fail<ValueError>(operation, ": \"", path, "\" is a ", layer_name(there ? *there : typeid(AnyModule)), ", not a ", layer_name(wanted),
                   "; the class of a member stays as it is, and only an nn::AnyModule or nn::Sequential<> takes any layer");
}

namespace {

struct ByPath final : Visitor {
  void parameter(const Path& path, Parameter& p) override {
    if (p.defined()) all.emplace(path.text(), &p);
  }
  std::map<std::string, Parameter*> all;
};

}  // namespace

void detail::check_ties(std::string_view path, ModuleRef old, ModuleRef fresh) {
  ByPath before, after;
  old.walk(before);
  fresh.walk(after);
  for (const auto& [name, p] : before.all) {
    if (!p->tied()) continue;
    const auto found = after.all.find(name);
    check<ValueError>(found != after.all.end() && found->second->shape() == p->shape() && found->second->dtype() == p->dtype(),
                      "replace: ", name, " of \"", path,
                      "\" is tied to another weight of the model, so what takes its place must have one ", p->shape(), " ", p->dtype(),
                      [&] {
                        return found == after.all.end() ? std::string(", and has none")
                                                        : text(", not ", found->second->shape(), " ", found->second->dtype());
                      });
  }
}

}  // namespace gradus::nn
