#include <gradus/autograd/base/drawing/internal/number.h>

#include <iomanip>

#include <gradus/autograd/base/error.h>

namespace gradus::drawing {

// Not std::to_chars, which writes no floating-point numbers in every standard library (Emscripten's).
std::string fixed(double value, int decimals) {
  std::string out = text(std::fixed, std::setprecision(decimals), value);
  if (out[0] == '-' && out.find_first_not_of("-0.") == out.npos) out.erase(0, 1);   // what rounds to zero has no sign
  return out;
}
std::string general(double value, int digits) { return text(std::setprecision(digits), value); }
std::string scientific(double value, int decimals) { return text(std::scientific, std::setprecision(decimals), value); }

}  // namespace gradus::drawing
