// An option of a rule as a slider, a switch or a choice.
#pragma once
#include <gradus/autograd/base/describe/options.h>

#include "landscape/sliders.h"

namespace landscape {

// What an option is, its default and its values, it says itself; ranges of known names are chosen by hand, others follow from its own.
Option slider_of(const gradus::Option& option);
// The same with this range.
Option slider_of(const gradus::Option& option, const Range& range);

}  // namespace landscape
