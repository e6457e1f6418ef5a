// The options of a schedule by name: what state files hold and describe() prints.
//   static Settings settings(StepLROptions& o) { return {{"step_size", &o.step_size}, {"gamma", &o.gamma}, {"per", &o.per}}; }
// An enumeration is a setting if its names are known: constexpr std::array<std::string_view, 2> names_of(Unit) { … }.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <gradus/optim/schedules/per_group.h>

namespace gradus::optim {

class Curve;

// What a schedule counts: its step() is called after every step of the optimizer, or after every epoch.
enum class Unit { step, epoch };
constexpr std::array<std::string_view, 2> names_of(Unit) { return {"step", "epoch"}; }
constexpr std::string_view unit_text(Unit unit) { return names_of(unit)[static_cast<std::size_t>(unit)]; }

using Facts = std::map<std::string, std::string>;   // "schedules.0.gamma" = "0.9"

class Setting {
 public:
  template <class T>
  Setting(std::string_view name, T* value) : name_(name), value_(value) {}
  template <class E>
    requires std::is_enum_v<E>
  Setting(std::string_view name, E* value) : name_(name), value_(Choice::of(value)) {}

  std::string_view name() const { return name_; }
  std::string text() const;                                      // for people, and for facts: 0.1, 10,20,30, cos, true
  void write(Facts& facts, const std::string& key) const;        // functions are not written
  // Takes the value from the facts; ValueError, in the name of `who`, if it is missing or no value of this setting.
  void read(std::string_view who, const Facts& facts, const std::string& key) const;
  // ValueError unless lists have one value or as many as there are groups.
  void check_groups(std::string_view who, int groups) const;

 private:
  struct Choice {
    void* value;
    std::span<const std::string_view> names;
    std::size_t (*get)(const void*);
    void (*set)(void*, std::size_t);

    template <class E>
    static Choice of(E* value) {
      static constexpr auto names = names_of(E{});
      return {value, names, [](const void* p) { return static_cast<std::size_t>(*static_cast<const E*>(p)); },
              [](void* p, std::size_t i) { *static_cast<E*>(p) = static_cast<E>(i); }};
    }
  };
  bool parse(std::string_view text) const;

  std::string_view name_;
  std::variant<double*, std::int64_t*, bool*, std::vector<double>*, std::vector<std::int64_t>*, PerGroup<double>*, PerGroup<Factor>*, Choice,
               Curve*, std::vector<Curve>*>
      value_;
};
using Settings = std::vector<Setting>;

// The fact of this key; ValueError, in the name of `who`, if there is none.
const std::string& fact(std::string_view who, const Facts& facts, const std::string& key);

// "StepLR(step_size=30, gamma=0.1, per=epoch)"
std::string describe(std::string_view name, const Settings& settings);

}  // namespace gradus::optim
