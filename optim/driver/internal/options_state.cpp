#include <gradus/optim/driver/internal/options_state.h>

#include <gradus/autograd/base/error.h>

namespace gradus::optim {
namespace {

const std::string* fact(const Safetensors& state, const std::string& key, std::string& problems) {
  const auto at = state.metadata.find(key);
  if (at != state.metadata.end()) return &at->second;
  problems += text("\n  missing ", key);
  return nullptr;
}

}  // namespace

void write_options(Safetensors& state, std::string_view prefix, const Fields& fields) {
  for (const Field& field : fields) state.metadata[text(prefix, field.name)] = field.text();
}

void read_options(const Safetensors& state, std::string_view prefix, const Fields& fields, std::string& problems) {
  for (const Field& field : fields) {
    const std::string key = text(prefix, field.name), *saved = fact(state, key, problems);
    if (!saved) continue;
    const std::optional<double> value = field.parse(*saved);
    if (!value) problems += text("\n  ", key, " is \"", *saved, "\", which is no value of this option");
    else if (field.is_switch() && *value != field.get())
      problems += text("\n  ", key, " is ", *saved, " in the state but ", field.text(), " here: construct it with ", field.code(*saved));
    else field.set(*value);
  }
}

std::int64_t read_count(const Safetensors& state, const std::string& key, std::string& problems) {
  std::int64_t count = 0;
  const std::string* saved = fact(state, key, problems);
  if (!saved) return count;
  const Field field{key, &count};
  const std::optional<double> value = field.parse(*saved);
  if (value && *value >= 0) field.set(*value);
  else problems += text("\n  ", key, " is \"", *saved, "\", which is no count");
  return count;
}

}  // namespace gradus::optim
