#include <gradus/train/loop/internal/rethrow.h>

#include <stdexcept>
#include <typeinfo>

#include <gradus/autograd/base/internal/throw_again.h>

namespace gradus::train::detail {
namespace {

template <class... Kinds>
struct OneOf {
  static void rethrow(const std::exception& e, const std::string& where) {
    ((typeid(e) == typeid(Kinds) ? throw Kinds(where + e.what()) : void()), ...);
  }
};

}  // namespace

void rethrow_at(const std::string& where) {
  try {
    throw;
  } catch (const Error& e) {
    gradus::detail::throw_again(e, where);
    throw;
  } catch (const std::exception& e) {
    OneOf<std::runtime_error, std::logic_error, std::invalid_argument, std::out_of_range, std::domain_error, std::length_error,
          std::range_error>::rethrow(e, where);
    throw;
  }
}

}  // namespace gradus::train::detail
