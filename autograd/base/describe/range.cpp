#include <gradus/autograd/base/describe/range.h>

#include <cmath>

#include <gradus/autograd/base/describe/number_text.h>
#include <gradus/autograd/base/error.h>

namespace gradus {

std::string Range::words(bool whole) const {
  const bool low = std::isfinite(least), high = std::isfinite(most);
  if (low && high) return text("lie in ", least_open ? "(" : "[", number_text(least), ", ", number_text(most), most_open ? ")" : "]");
  const char* const finite = whole || (low && !most_open) || (high && !least_open) ? "" : "finite and ";
  if (low) return text("be ", finite, least_open ? "above " : "at least ", number_text(least));
  if (high) return text("be ", finite, most_open ? "below " : "at most ", number_text(most));
  return "be finite";
}

}  // namespace gradus
