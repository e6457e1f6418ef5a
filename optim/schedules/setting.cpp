#include <gradus/optim/schedules/setting.h>

#include <algorithm>
#include <optional>

#include <gradus/autograd/base/error.h>
#include <gradus/optim/driver/field.h>
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {
namespace {

template <class T>
std::string item_text(const T& item) {
  if constexpr (std::is_same_v<T, Curve>) return item.describe();
  else return number_text(static_cast<double>(item));
}

template <class T>
std::string list_text(const std::vector<T>& items) {
  std::string out;
  for (const T& item : items) {
    if (!out.empty()) out += ',';
    out += item_text(item);
  }
  return out;
}

template <class T>
bool parse_item(std::string_view text, T& value) {
  const std::optional<double> number = Field{"", &value}.parse(text);
  if (number) Field{"", &value}.set(*number);
  return number.has_value();
}

template <class T>
bool parse_list(std::string_view text, std::vector<T>& values) {
  values.clear();
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (!parse_item(text.substr(0, comma), values.emplace_back())) return false;
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return true;
}

template <class... F>
struct Overloads : F... {
  using F::operator()...;
};
template <class... F>
Overloads(F...) -> Overloads<F...>;

}  // namespace

std::string Setting::text() const {
  return std::visit(Overloads{
                        []<class T>(std::vector<T>* list) { return list_text(*list); },
                        [](PerGroup<double>* list) { return list_text(list->values()); },
                        [](PerGroup<Factor>* list) { return std::string(list->given() ? "function" : "none"); },
                        [](const Choice& choice) { return std::string(choice.names[choice.get(choice.value)]); },
                        [](Curve* curve) { return curve->describe(); },
                        []<class T>(T* number) { return Field{"", number}.text(); },
                    },
                    value_);
}

bool Setting::parse(std::string_view text) const {
  return std::visit(Overloads{
                        [](std::vector<Curve>*) { return false; },
                        [](Curve*) { return false; },
                        [](PerGroup<Factor>*) { return false; },
                        [&]<class T>(std::vector<T>* list) { return parse_list(text, *list); },
                        [&](PerGroup<double>* list) {
                          std::vector<double> values;
                          if (!parse_list(text, values)) return false;
                          *list = PerGroup<double>(std::move(values));
                          return true;
                        },
                        [&](const Choice& choice) {
                          const auto at = std::find(choice.names.begin(), choice.names.end(), text);
                          if (at == choice.names.end()) return false;
                          choice.set(choice.value, static_cast<std::size_t>(at - choice.names.begin()));
                          return true;
                        },
                        [&]<class T>(T* number) { return parse_item(text, *number); },
                    },
                    value_);
}

void Setting::write(Facts& facts, const std::string& key) const {
  if (const auto curve = std::get_if<Curve*>(&value_)) {
    (*curve)->write(facts, key + ".");
  } else if (const auto curves = std::get_if<std::vector<Curve>*>(&value_)) {
    for (std::size_t i = 0; i < (*curves)->size(); ++i) (**curves)[i].write(facts, gradus::text(key, ".", i, "."));
  } else if (!std::holds_alternative<PerGroup<Factor>*>(value_)) {
    facts[key] = text();
  }
}

void Setting::read(std::string_view who, const Facts& facts, const std::string& key) const {
  if (const auto curve = std::get_if<Curve*>(&value_)) {
    (*curve)->read(who, facts, key + ".");
  } else if (const auto curves = std::get_if<std::vector<Curve>*>(&value_)) {
    const std::size_t count = (*curves)->size();
    for (std::size_t i = 0; i < count; ++i) (**curves)[i].read(who, facts, gradus::text(key, ".", i, "."));
    check<ValueError>(!facts.contains(gradus::text(key, ".", count, ".schedule")), who, ": the state has more than ", count, " ", key);
  } else if (!std::holds_alternative<PerGroup<Factor>*>(value_)) {
    const std::string& saved = fact(who, facts, key);
    check<ValueError>(parse(saved), who, ": ", key, " is \"", saved, "\", which is no value of this option");
  }
}

void Setting::check_groups(std::string_view who, int groups) const {
  const auto fits = [&](const auto* list) {
    check<ValueError>(list->fits(groups), who, ": ", name_, " must be one value or one for each group, of which there are ", groups, ", not ",
                      list->values().size(), " values");
  };
  std::visit(Overloads{
                 [&](PerGroup<double>* list) { fits(list); },
                 [&](PerGroup<Factor>* list) { fits(list); },
                 [&](Curve* curve) { curve->check_groups(groups); },
                 [&](std::vector<Curve>* curves) {
                   for (const Curve& curve : *curves) curve.check_groups(groups);
                 },
                 [](const auto&) {},
             },
             value_);
}

const std::string& fact(std::string_view who, const Facts& facts, const std::string& key) {
  const auto at = facts.find(key);
  check<ValueError>(at != facts.end(), who, ": the state lacks ", key);
  return at->second;
}

std::string describe(std::string_view name, const Settings& settings) {
  std::string out(name);
  const char* before = "(";
  for (const Setting& setting : settings) {
    out += text(before, setting.name(), "=", setting.text());
    before = ", ";
  }
  return out + (settings.empty() ? "" : ")");
}

}  // namespace gradus::optim
