// The names of a model's parameters. A name comes from the largest model that has been listed with the parameter in it: each listing has a
// number, which it leaves in the leaves that it names. Where all numbers are one and the names end with this listing's paths, the model at
// hand is a part of that one, and its parameters keep their names.
#include <gradus/nn/model/module.h>

#include <algorithm>
#include <atomic>
#include <unordered_set>

#include <gradus/nn/model/thorough.h>

namespace gradus::nn {
namespace {

std::atomic<std::uint64_t> listings = 0;

struct Place {
  Parameter* parameter;
  std::string name;                          // the path at first
  Leaf& leaf() const { return *parameter->leaf(); }
};

class Places final : public Thorough {
 public:
  std::vector<Place> list;                   // of each leaf the first

 private:
  void found(const Path& path, Parameter& p) override {
    if (seen_.insert(p.leaf().get()).second) list.push_back({&p, path.text()});
  }
  std::unordered_set<const Leaf*> seen_;
};

std::string joined(std::string_view outer, std::string_view path) {
  std::string out(outer);
  if (!outer.empty() && !path.empty()) out += '.';
  return out += path;
}

// Where the listed model is part of another: "encoder" if a parameter at "weight" is named "encoder.weight".
std::string_view outside(const Place& place) {
  std::string_view name = place.leaf().label;
  if (!name.ends_with(place.name)) return {};
  name.remove_suffix(place.name.size());
  if (place.name.empty()) return name;
  if (!name.ends_with('.')) return {};
  name.remove_suffix(1);
  return name;
}

// The number of the listing that named the parameters, and where in its model this one is. A parameter that is new, or that stands in
// another place too, does not know.
struct Whole {
  std::uint64_t number = 0;                  // 0: there are several, or none
  std::string place;                         // "": this is the whole
};
Whole whole_of(const std::vector<Place>& places) {
  Whole out;
  for (const Place& place : places) {
    const std::uint64_t number = place.leaf().named_by;
    if (number == 0) continue;
    if (out.number != 0 && number != out.number) return {};
    out.number = number;
    if (out.place.empty()) out.place = outside(place);
  }
  return out;
}

void check_unique(const std::vector<Place>& places) {
  std::unordered_set<std::string_view> names;
  for (const Place& place : places)
    check<ValueError>(names.insert(place.name).second, "parameters: two parameters of the model are named ", place.name,
                      "; give a map's key or a member another name");
}

}  // namespace

Parameters parameters(ModuleRef net, std::string_view prefix) {
  check<ValueError>(!prefix.starts_with('.') && !prefix.ends_with('.'), "parameters: the prefix \"", prefix,
                    "\" needs no dot at its ends: one is put between it and the names");
  check<ValueError>(prefix.find('*') == prefix.npos, "parameters: \"", prefix,
                    "\" is a prefix, which goes before all names; nn::Matching chooses by a pattern");
  Places places;
  net.walk(places, {nullptr, prefix});
  const Whole whole = whole_of(places.list);
  bool fresh = false;
  for (Place& place : places.list) {
    const Leaf& leaf = place.leaf();
    const bool named = leaf.named_by != 0;
    // A shared parameter keeps the name of its first place, outside of this part.
    const bool elsewhere = named && !whole.place.empty() && !leaf.label.starts_with(whole.place + '.');
    if (elsewhere || (!named && place.name.empty() && whole.place.empty())) place.name = leaf.label;
    else place.name = joined(whole.place, place.name);
    fresh |= !named || whole.number == 0 || place.name != leaf.label;
  }
  if (fresh) {
    check_unique(places.list);
    const std::uint64_t number = whole.place.empty() ? ++listings : whole.number;
    for (const Place& place : places.list) {
      place.leaf().label = place.name;
      place.leaf().named_by = number;
    }
  }
  Parameters all;
  for (Place& place : places.list)
    if (place.parameter->requires_grad()) all.push_back({std::move(place.name), place.parameter->leaf()});
  return all;
}

}  // namespace gradus::nn
