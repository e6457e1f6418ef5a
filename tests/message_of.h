// What the Error that f throws says.
#pragma once
#include <string>

#include <gradus/autograd/base/error.h>

template <class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const gradus::Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}
