// New names for tensors: rules OLD=NEW with the stars of nn/weights/weight_map.h, which are carried over; what is dropped; a prefix.
//   Renaming renaming("gradus convert", {"encoder.*.w=blocks.*.weight"}, {"*.num_batches_tracked"}, "");
//   renaming.apply(names)   // {"encoder.0.w"} → {{0, "blocks.0.weight"}}
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::tool {

class Renaming {
 public:
  // ValueError: a rule without a name on each side of "=", or with other stars on the right than on the left, unless there are none.
  Renaming(std::string_view program, const std::vector<std::string>& rules, const std::vector<std::string>& drops, std::string prefix);

  struct Named {
    std::size_t at;  // among the names given
    std::string name;
  };
  // Those that stay, in their order. The first rule that fits a name holds. ValueError: a rule or a drop that fits no name, one name for
  // two.
  std::vector<Named> apply(const std::vector<std::string_view>& names) const;

 private:
  struct Rule {
    std::string from, to;
  };
  std::string program_;
  std::vector<Rule> rules_;
  std::vector<std::string> drops_;
  std::string prefix_;
};

// `*` stands for characters within a part of the name, `**` for whole parts.
bool fits(std::string_view name, std::string_view pattern);
void check_pattern(std::string_view program, std::string_view pattern);  // ValueError: `**` that is not a whole part, an empty pattern

}  // namespace gradus::tool
