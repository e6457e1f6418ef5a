// Errors. Everything gradus throws on bad input derives from gradus::Error and is thrown before any state changes.
// A message names the operation, the rule, every shape and dtype involved, and gives a hint:
//   check<ShapeError>(a.dim(-1) == b.dim(-2), "matmul: inner dimensions differ: ", a.shape(), " x ", b.shape());
// The parts of a message are written only when it is thrown; one that takes work to make is given as a function: [&] { return …; }.
#pragma once
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace gradus {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class ShapeError : public Error { using Error::Error; };   // shapes or ranks that do not fit
class DtypeError : public Error { using Error::Error; };   // element types that do not fit
class ValueError : public Error { using Error::Error; };   // a number, index or option out of its range
class GraphError : public Error { using Error::Error; };   // a graph that cannot be differentiated (any more)
class FileError : public Error { using Error::Error; };    // a file that is missing, malformed or cannot be written

namespace detail {
template <class Part>
void write(std::ostream& out, const Part& part) {
  if constexpr (std::is_invocable_v<const Part&>) out << part();
  else out << part;
}
}  // namespace detail

// The parts, written one after the other; a part that can be called without arguments is called.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  out.exceptions(std::ios::badbit);    // when memory is short: bad_alloc, not half a text
  out.imbue(std::locale::classic());   // the same text whatever the program's locale
  (detail::write(out, parts), ...);
  return std::move(out).str();
}

template <class Kind = Error, class... Parts>
[[noreturn, gnu::noinline, gnu::cold]] void fail(const Parts&... parts) {
  throw Kind(text(parts...));
}

// Throws `Kind` with the given parts as its message unless `ok`.
template <class Kind = Error, class... Parts>
inline void check(bool ok, const Parts&... parts) {
  if (!ok) [[unlikely]] fail<Kind>(parts...);
}

}  // namespace gradus
