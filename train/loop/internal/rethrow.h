// Errors on their way out of a training learn where it was.
#pragma once
#include <string>

namespace gradus::train::detail {

// Inside a catch block: throws what was caught again, `where` put before its message: errors of gradus and the plain ones of <stdexcept>,
// of the same type; all others as they are.
[[noreturn]] void rethrow_at(const std::string& where);

}  // namespace gradus::train::detail
