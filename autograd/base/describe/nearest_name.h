// A name that is not there, answered with the one that was probably meant.
//   fail<ValueError>("Adam: has no option ", name, did_you_mean(name, names));   // Adam: has no option bettas.0; did you mean "betas.0"?
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace gradus {

// '; did you mean "lr"?', or "" where no name is near. Case, spaces and punctuation do not count.
std::string did_you_mean(std::string_view wanted, std::span<const std::string_view> names);

// What counts of a name: "Lecture: momentum" is "lecturemomentum".
std::string plain_name(std::string_view name);

}  // namespace gradus
