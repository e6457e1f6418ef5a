#include "landscape/names.h"

#include <gradus/autograd/base/describe/nearest_name.h>
#include <gradus/autograd/base/error.h>

namespace landscape {

void fail_unknown(std::string_view what, std::string_view wanted, const std::vector<std::string_view>& names) {
  std::string all;
  for (const std::string_view name : names) all += gradus::text(all.empty() ? "" : ", ", name);
  const std::string hint = gradus::did_you_mean(wanted, names);
  gradus::fail<gradus::ValueError>(what, ": there is no \"", wanted.substr(0, 64), "\"", hint.empty() ? "." : hint, " There are: ", all);
}

}  // namespace landscape
