// On which side of a row what is put to it stands, or what is cut off stood: of ragged sequences and of tokens.
#pragma once

namespace gradus::data {

enum class Side { left, right };

}  // namespace gradus::data
