// The file of a checkpoint: a sum of states, and facts about the file, which are metadata too: their keys have no dots, as those of every
// part have, so they cannot meet. Facts are
//   checkpoint_format       1
//   checkpoint_checksum     of all of the file (autograd/array/formats/internal/file_checksum.h)
//   checkpoint_gradus, …    what the same bits hang from
//   checkpoint_step, …      what the writer says: checkpoints.cpp
// A bit that is lost from one of the first two names leaves the other, so that no damage passes for a file of the time before them.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gradus/train/checkpoint/checkpoint.h>

namespace gradus::train::detail {

struct CheckpointContents {
  State state;
  Values facts;          // without the "checkpoint_" before their names
  int format = 0;
};

void write_checkpoint(const FileName& file, std::span<const Part> parts, Values facts);
// FileError: not whole, damaged, of a later format.
CheckpointContents read_checkpoint(const FileName& file, bool verify);
// The facts alone, of the header; nothing is verified. FileError.
Values read_facts(const FileName& file);

// What the same bits hang from: versions, threads, instructions. The report lists them, too.
Values facts_of_here();
std::vector<std::string> differences_from_here(const Values& facts);
CheckpointReport load_contents(const FileName& file, std::span<const Part> parts, const CheckpointContents& contents);

}  // namespace gradus::train::detail
