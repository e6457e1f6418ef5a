#include <gradus/autograd/base/describe/values.h>

#include <cmath>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/base/describe/option.h>

namespace gradus {

const std::string* ValueReader::find(const std::string& key) {
  read_.try_emplace(key);
  const auto at = values_.find(key);
  return at == values_.end() ? nullptr : &at->second;
}

const std::string* ValueReader::need(const std::string& key) {
  const std::string* found = find(key);
  if (!found) missing(key);
  return found;
}

std::int64_t ValueReader::count(const std::string& key) {
  const std::string* saved = need(key);
  std::int64_t count = 0;
  if (!saved || (Option("", count).parse(*saved) && count >= 0)) return count;
  problem(key, " is \"", *saved, "\", which is no count");
  return 0;
}

double ValueReader::number(const std::string& key, double least) {
  const std::string* saved = need(key);
  if (!saved) return 0;
  const std::optional<double> value = parse_number(*saved);
  if (value && std::isfinite(*value) && *value >= least) return *value;
  problem(key, " is \"", *saved, "\", which is not a finite number", least == 0 ? " of at least 0" : "");
  return 0;
}

void ValueReader::read(const std::string& key, const Option& option, Agree agree) {
  if (option.type().read) return option.type().read(option.place(), *this, key);
  if (!option.type().parse) return;
  const std::string* saved = need(key);
  if (!saved) return;
  const std::string here = option.text();
  if (*saved == here) return;
  const bool must_agree = agree == Agree::all || (agree == Agree::switches && option.is_switch());
  if (!option.parse(*saved)) return problem(key, " is \"", *saved, "\", which is no value of this option");
  if (!must_agree || option.text() == here) return;
  option.parse(here);
  problem(key, " is ", *saved, " in the state but ", here, " here: construct it with ", option.code(*saved));
}

bool ValueReader::was_read(const std::string& key) const { return read_.contains(key); }
void ValueReader::expect(const std::string& key) { read_.try_emplace(key); }

}  // namespace gradus
