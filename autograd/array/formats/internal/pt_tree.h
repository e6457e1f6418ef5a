// From what a pickle made to PtValues: bottom up, so that nothing contains itself, with tensors checked against their storages.
#pragma once
#include <memory>
#include <vector>

#include <gradus/autograd/array/formats/internal/pickle_machine.h>
#include <gradus/autograd/array/formats/internal/pt_node.h>
#include <gradus/autograd/array/formats/internal/zip_reader.h>

namespace gradus::detail {

// `storages`: for each of machine.storages() the one that it means. FileError.
std::shared_ptr<PtNode> pt_tree(const PickleMachine& machine, PickleRef root, const std::vector<std::shared_ptr<PtStorage>>& storages);

// load_pt of an archive whose directory has been read; of none it opens the file.
PtValue load_pt_of(const FileName& file, const PtOptions& options, std::shared_ptr<const ZipReader> zip);

// How many bytes a storage must have; FileError if that is beyond 2^63.
std::uint64_t bytes_of(const PickleMachine& machine, const PickleStorage& storage);

}  // namespace gradus::detail
