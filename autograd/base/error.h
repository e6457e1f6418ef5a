// Errors. Everything gradus throws on bad input derives from gradus::Error and is thrown before any state changes.
// A message names the operation, the rule, every shape and dtype involved, and gives a hint:
//   check<ShapeError>(a.dim(-1) == b.dim(-2), "matmul: inner dimensions differ: ", a.shape(), " x ", b.shape());
// The parts of a message are written only when it is thrown; one that takes work to make is given as a function: [&] { return …; }.
#pragma once
#include <initializer_list>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>
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

// One part of a message: where it lies, and how it is written. Whatever is made of parts is made in error.cpp, once for all messages.
struct Part {
  const void* what;
  void (*write)(std::ostream& out, const void* what);
};
std::string join(std::initializer_list<Part> parts);

void write_chars(std::ostream& out, const void* what);         // a literal
void write_manipulator(std::ostream& out, const void* what);   // std::scientific
template <class T> void write_plain(std::ostream& out, const void* what);   // numbers and texts
template <class T> void write_any(std::ostream& out, const void* what);     // what has an operator<<, or is called to be made

template <class T>
Part part(const T& value) {
  if constexpr (std::is_convertible_v<const T&, const char*>) return {static_cast<const char*>(value), write_chars};
  else if constexpr (std::is_function_v<T>) return {reinterpret_cast<const void*>(&value), write_manipulator};
  else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>)
    return {&value, write_plain<T>};
  else return {&value, write_any<T>};
}

template <class T>
void write_any(std::ostream& out, const void* what) {
  const T& value = *static_cast<const T*>(what);
  if constexpr (std::is_invocable_v<const T&>) {
    const auto& made = value();
    const Part p = part(made);
    p.write(out, p.what);
  } else {
    out << value;
  }
}

template <class Kind>
[[noreturn, gnu::noinline, gnu::cold]] void fail_with(std::initializer_list<Part> parts) {
  throw Kind(join(parts));
}

}  // namespace detail

// The parts, written one after the other; a part that can be called without arguments is called.
template <class... Parts>
std::string text(const Parts&... parts) {
  return detail::join({detail::part(parts)...});
}

template <class Kind = Error, class... Parts>
[[noreturn, gnu::cold]] void fail(const Parts&... parts) {
  detail::fail_with<Kind>({detail::part(parts)...});
}

// Throws `Kind` with the given parts as its message unless `ok`.
template <class Kind = Error, class... Parts>
inline void check(bool ok, const Parts&... parts) {
  if (!ok) [[unlikely]] detail::fail_with<Kind>({detail::part(parts)...});
}

}  // namespace gradus
