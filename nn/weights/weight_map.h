// A map between the names and layouts of a file, which another library's model wrote, and those of a model here. It goes both ways.
//   const nn::WeightMap gpt2{
//       {"wte.weight", "words.weight"},
//       {"h.*.ln_1.**", "blocks.*.norm1.**"},                                      // `*`: within a part of a name, `**`: whole parts
//       {"h.*.attn.c_attn.weight", "blocks.*.qkv.weight", {.transpose = true}},    // [in, out] there
//       nn::ignored("h.*.attn.bias")};                                             // a mask: read over, never written
//   nn::load(net, "gpt2.safetensors", {.map = gpt2});   nn::save(net, "back.safetensors", {.map = gpt2});          // nn/weights/load.h
// Several arrays of one side may be one of the other, end to end:
//   {{"q.weight", "k.weight", "v.weight"}, "in_proj_weight"},   {"wqkv", {"q.weight", "k.weight", "v.weight"}, {.parts = {4, 1, 1}}}
// The first rule that fits a name decides; a name that none fits is the same on both sides.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/state/state.h>

namespace gradus::nn {

// One pattern or several, which have the same stars in the same order.
class WeightNames {
 public:
  WeightNames(const char* one) : all_{one} {}
  WeightNames(std::string one) : all_{std::move(one)} {}
  WeightNames(std::initializer_list<std::string> several) : all_(several) {}
  WeightNames(std::vector<std::string> several) : all_(std::move(several)) {}
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
};

// How the file's arrays become the model's; on the way out all of it is undone.
struct WeightLayout {
  bool transpose = false;                                    // a matrix is the file's the other way round
  std::vector<int> permute = {};                             // axis i is axis permute[i] of the file's: {3, 2, 0, 1} of HWIO kernels
  std::int64_t rotary_heads = 0;                             // rows of so many heads are in the order of rotary_embedding's pairs:
  bool rotary_interleaved = false;                           // halves here and neighbours in the file, or with true the other way round
  int axis = 0;                                              // along which several lie end to end, in the model's layout
  std::vector<std::int64_t> parts = {};                      // how large they are beside each other; none: alike
  bool optional = false;                                     // it may fit nothing
  bool only_loads = false;                                   // another rule writes these names: older spellings of them
};

struct WeightRule {
  // ValueError: stars that differ, several on both sides, patterns that nn/weights/internal/name_pattern.h refuses.
  WeightRule(WeightNames in_file, WeightNames in_model, WeightLayout how = {});
  std::string text() const;                                  // "h.*.ln_1.**" → "blocks.*.norm1.**"

  std::vector<std::string> file, model;                      // model: none for what is ignored
  WeightLayout layout;

 private:
  friend WeightRule ignored(std::string_view in_file);
  WeightRule() = default;
};

// What a file has and no model wants.
WeightRule ignored(std::string_view in_file);

class WeightMap {
 public:
  WeightMap() = default;                                     // all names are the same
  WeightMap(std::initializer_list<WeightRule> rules) : rules_(rules) {}
  explicit WeightMap(std::vector<WeightRule> rules) : rules_(std::move(rules)) {}
  const std::vector<WeightRule>& rules() const { return rules_; }

  // The state with the model's names and layouts, and with the file's. Values (streams of random numbers) stay as they are. ValueError
  // lists everything at once: a rule that fits nothing, a name with two sources, one of several that is missing, a shape that does not
  // allow what the rule says, a name that would not come back as it was.
  State to_model(const State& file) const;
  State to_file(const State& model) const;

 private:
  std::vector<WeightRule> rules_;
};

}  // namespace gradus::nn
