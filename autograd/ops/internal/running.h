// Running statistics of normalisation.
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::detail {

// running ← (1 − momentum)·running + momentum·batch, `batch` f64 [C] and its numbers times `factor`; an undefined one stays so.
void update_running(const char* op, Array& running, const Array& batch, double factor, double momentum);

}  // namespace gradus::detail
