#include <gradus/train/checkpoint/internal/checkpoint_file.h>

#include <gradus/autograd/array/formats/internal/file_checksum.h>
#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/build_info.h>

namespace gradus::train::detail {
namespace {

constexpr std::string_view fact = "checkpoint_";
constexpr std::string_view checksum_key = "checkpoint_checksum";
constexpr int newest_format = 1;

// Takes them out of a file's metadata.
Values split_facts(Values& metadata) {
  Values facts;
  for (auto at = metadata.lower_bound(std::string(fact)); at != metadata.end() && at->first.starts_with(fact);) {
    if (at->first.find('.') != std::string::npos) {
      ++at;
      continue;
    }
    facts.emplace(at->first.substr(fact.size()), at->second);
    at = metadata.erase(at);
  }
  return facts;
}

int format_of(const FileName& file, const Values& facts) {
  const auto said = facts.find("format");
  const bool sum = facts.contains("checksum");
  check<FileError>((said != facts.end()) == sum, "checkpoint: ", file, ": it is damaged: it has ",
                   sum ? "a checksum and no format" : "a format and no checksum");
  if (!sum) return 0;
  check<FileError>(said->second == std::to_string(newest_format), "checkpoint: ", file, " is of format ", said->second,
                   "; this gradus knows formats up to ", newest_format);
  return newest_format;
}

}  // namespace

Values facts_of_here() {
  const BuildInfo info = build_info();
  return {{"gradus", info.version},       {"compiler", info.compiler},           {"level", info.level},
          {"products", info.products},    {"convolutions", info.convolutions},   {"threads", std::to_string(info.threads)}};
}

void write_checkpoint(const FileName& file, std::span<const Part> parts, Values facts) {
  State sum = sum_of_states(std::vector<StatePart>(parts.begin(), parts.end()));
  facts.merge(facts_of_here());
  facts["format"] = std::to_string(newest_format);
  facts["checksum"] = gradus::detail::no_checksum;
  for (auto& [name, value] : facts) sum.values.insert_or_assign(text(fact, name), std::move(value));
  gradus::detail::NamedArrays arrays;
  for (const auto& named : sum.arrays) arrays.push_back(&named);
  gradus::detail::write_safetensors(file, sum.values, std::move(arrays), checksum_key)->commit();
}

CheckpointContents read_checkpoint(const FileName& file, bool verify) {
  gradus::detail::SummedFile summed;
  if (verify) summed = gradus::detail::load_with_checksum(file, checksum_key);
  else summed.contents = load_safetensors(file);
  Safetensors& read = summed.contents;
  CheckpointContents out;
  out.facts = split_facts(read.metadata);
  out.state = State(std::move(read.arrays), std::move(read.metadata));
  if (!verify) return out;
  // The sum before the format: a damaged format is damage, too.
  if (const auto sum = out.facts.find("checksum"); sum != out.facts.end()) {
    const std::string& is = summed.checksum;
    check<FileError>(is == sum->second, "checkpoint: ", file, ": it is damaged: its checksum is ",
                     is.empty() ? "not where it was written" : is, ", and says ", sum->second,
                     "; if it was changed on purpose, load it with verify = false");
  }
  out.format = format_of(file, out.facts);
  return out;
}

Values read_facts(const FileName& file) {
  Values metadata = SafetensorsFile(file).metadata();
  return split_facts(metadata);
}

std::vector<std::string> differences_from_here(const Values& facts) {
  std::vector<std::string> out;
  for (const auto& [name, here] : facts_of_here())
    if (const auto there = facts.find(name); there != facts.end() && there->second != here)
      out.push_back(text(name, ": ", there->second, " in the checkpoint, ", here, " here"));
  return out;
}

CheckpointReport load_contents(const FileName& file, std::span<const Part> parts, const CheckpointContents& contents) {
  load_sum_of_states(text("load_checkpoint ", file), std::vector<StatePart>(parts.begin(), parts.end()), contents.state);
  return {contents.format, differences_from_here(contents.facts)};
}

}  // namespace gradus::train::detail
