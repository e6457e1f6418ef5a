// npz and pt, an entry of a zip archive a tensor, as NumPy and PyTorch write them; and npy, which is one of these entries.
#pragma once
#include <gradus/autograd/array/formats/internal/zip_writer.h>
#include <gradus/autograd/base/internal/file.h>

#include "sink.h"

namespace gradus::tool {

class NpzSink final : public Sink {
 public:
  NpzSink(const std::string& file, const std::vector<Planned>& planned);
  void write(std::size_t at, const Array& array) override;
  void commit() override { zip_.commit(); }

 private:
  const std::vector<Planned>& planned_;
  std::vector<std::string> headers_;
  detail::ZipWriter zip_;
};

class NpySink final : public Sink {
 public:
  NpySink(const std::string& file, const std::vector<Planned>& planned);  // ValueError unless it is one
  void write(std::size_t at, const Array& array) override;
  void commit() override { out_.commit(); }

 private:
  std::string header_;
  FileReplacement out_;
};

// An OrderedDict of tensors, a state_dict. Those that are the same in the source are one storage.
class PtSink final : public Sink {
 public:
  PtSink(const std::string& file, const std::vector<Planned>& planned);
  void write(std::size_t at, const Array& array) override;
  void commit() override;

 private:
  std::vector<std::size_t> storage_;  // of each tensor
  detail::ZipWriter zip_;
};

// Shape and dtype, without elements of its own.
Array stand_in(const Planned& planned);

}  // namespace gradus::tool
