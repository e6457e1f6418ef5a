// Named values as text, what a state has beside its arrays (autograd/state/state.h), and their reader, which keeps book: of what was asked
// for, so that the rest is unexpected, and of everything that is wrong, so that one error says all of it.
//   ValueReader reader(values);   options.epoch = reader.count("epoch");   reader.read("lr", option);
//   reader.finish("Adam: the state does not fit this optimizer");           // ValueError: …:\n  missing epoch\n  lr is "fast", which is …
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <gradus/autograd/base/error.h>

namespace gradus {

using Values = std::map<std::string, std::string>;   // "group.0.lr" = "0.001"

class Option;

class ValueReader {
 public:
  explicit ValueReader(const Values& values) : values_(values) {}

  // The value, or null; need() says that it is missing.
  const std::string* find(const std::string& key);
  const std::string* need(const std::string& key);
  // A whole number of at least 0, a number; 0 after a line in the report.
  std::int64_t count(const std::string& key);
  double number(const std::string& key, double least);
  // An option's value. What chooses between formulas (`agree`) must be as it is here; everything else is taken.
  enum class Agree { nothing, switches, all };
  void read(const std::string& key, const Option& option, Agree agree = Agree::switches);

  // A line of the report.
  template <class... Parts>
  void problem(const Parts&... parts) {
    problems_ += text("\n  ", parts...);
  }
  void missing(std::string_view name) { problem("missing ", name); }
  void unexpected(std::string_view name) { problem("unexpected ", name); }
  void differs(std::string_view name, std::string_view given, std::string_view here) {
    problem(name, " is ", given, " in the state but ", here, " here");
  }
  bool fits() const { return problems_.empty(); }
  const std::string& problems() const { return problems_; }
  void forget() { problems_.clear(); }

  const Values& values() const { return values_; }
  bool was_read(const std::string& key) const;
  void expect(const std::string& key);                                  // somebody else reads it

  // ValueError with all lines, unless there is none.
  void finish(const std::string& what) const { check<ValueError>(fits(), what, ":", problems_); }

 private:
  const Values& values_;
  Values read_;                                        // keys alone: <set> costs a program 6000 tokens
  std::string problems_;
};

}  // namespace gradus
