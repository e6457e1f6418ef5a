// What every initialiser asks first.
//   check_defined(bias, "zeros");
#pragma once
#include <gradus/autograd/tape/parameter.h>

namespace gradus::nn::init::detail {

inline void check_defined(const Parameter& p, const char* what) {
  check<ValueError>(p.defined(), "init::", what, ": the parameter is undefined (a bias that was switched off?)");
}

}  // namespace gradus::nn::init::detail
