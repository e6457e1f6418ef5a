// A map at work on a state, in one direction, with a book of what happened: WeightMap's to_model() and to_file(), and nn::load's report.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <gradus/nn/weights/weight_map.h>

namespace gradus::nn::detail {

struct Mapped {
  State state;
  std::map<std::string, std::string> source;                 // of each array: the name that it had, several with commas between
  std::vector<std::string> ignored;                          // names that a rule ignores
  std::vector<std::string> problems;                         // a line each
};

enum class Direction { to_model, to_file };
Mapped mapped(const WeightMap& map, const State& from, Direction direction);

}  // namespace gradus::nn::detail
