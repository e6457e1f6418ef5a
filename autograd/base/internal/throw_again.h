// An error on its way out gets words before its message, and keeps its kind:
//   catch (const Error& error) { throw_again(error, "sample 3: ");  throw; }
#pragma once
#include <string>

#include <gradus/autograd/base/error.h>

namespace gradus::detail {

// Throws the error again, `where` before its message: as the kind of gradus that it is or is derived from, or as an Error if it is just
// that. Returns where it is of a kind that somebody else has derived from Error, which cannot be made here.
void throw_again(const Error& error, const std::string& where);

}  // namespace gradus::detail
