#include <gradus/autograd/tape/parameter_list.h>

#include <gradus/autograd/base/internal/pattern.h>

namespace gradus {
namespace {

Parameters chosen(const Parameters& parameters, std::string_view pattern, bool fitting) {
  Parameters out;
  for (const NamedParameter& p : parameters)
    if (fits_pattern(p.name, pattern) == fitting) out.push_back(p);
  return out;
}

}  // namespace

Parameters matching(const Parameters& parameters, std::string_view pattern) { return chosen(parameters, pattern, true); }
Parameters without(const Parameters& parameters, std::string_view pattern) { return chosen(parameters, pattern, false); }

}  // namespace gradus
