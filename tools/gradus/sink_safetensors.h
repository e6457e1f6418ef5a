// safetensors, one file or several with an index, as Hugging Face names them:
//   model-00001-of-00002.safetensors, model-00002-of-00002.safetensors, model.safetensors.index.json
#pragma once
#include <memory>
#include <optional>

#include <gradus/autograd/array/formats/internal/shard_set.h>
#include <gradus/autograd/base/internal/file.h>

#include "sink.h"

namespace gradus::tool {

class SafetensorsSink final : public Sink {
 public:
  SafetensorsSink(const std::string& file, const std::vector<Planned>& planned, const Metadata& metadata, std::uint64_t shard_bytes);
  void write(std::size_t at, const Array& array) override;
  void commit() override;

 private:
  void begin_shard(const std::string& file, const std::vector<std::size_t>& members, const Metadata& metadata);

  const std::vector<Planned>& planned_;
  std::vector<std::size_t> shard_of_;
  std::vector<std::unique_ptr<FileReplacement>> files_;  // shards, and their index behind them if there is one; open until all are whole
  std::optional<detail::ShardSet> set_;                  // of a model with an index
};

}  // namespace gradus::tool
