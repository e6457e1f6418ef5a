#include <gradus/autograd/base/internal/throw_again.h>

#include <typeinfo>

namespace gradus::detail {
namespace {

template <class... Kinds>
void throw_as_one_of(const Error& error, const std::string& message) {
  ((dynamic_cast<const Kinds*>(&error) ? throw Kinds(message) : void()), ...);
}

}  // namespace

void throw_again(const Error& error, const std::string& where) {
  const std::string message = where + error.what();
  throw_as_one_of<ShapeError, DtypeError, ValueError, GraphError, FileError>(error, message);
  if (typeid(error) == typeid(Error)) throw Error(message);
}

}  // namespace gradus::detail
