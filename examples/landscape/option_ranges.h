// An option of a rule as a slider, a switch or a choice.
#pragma once
#include <gradus/optim/driver/field.h>

#include "landscape/sliders.h"

namespace landscape {

// Ranges of known names are chosen by hand; others follow from the field's own range and its default.
Option option_of(const gradus::optim::Field& field);

}  // namespace landscape
