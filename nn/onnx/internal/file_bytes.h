// Bytes of a file at addresses, read a piece at a time when they are asked for: those that nobody asks for take no memory, and a file
// that is shortened meanwhile is a FileError, where a mapping would end the process (SIGBUS).
//   FileBytes bytes(file);  if (bytes.data()) { bytes.need(at, 20);  use(bytes.data() + at); }
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gradus/autograd/base/internal/file.h>

namespace gradus::nn::onnx {

class FileBytes {
 public:
  explicit FileBytes(const InputFile& file);       // which outlives this
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes();

  const char* data() const { return data_; }       // null if the system has no addresses for as many: then read the file
  void need(std::uint64_t begin, std::uint64_t bytes);   // these are there then; within the file's size. FileError
  void let_go(std::uint64_t end);                  // what lies before need not stay in memory; need() reads it again

 private:
  static constexpr std::uint64_t piece = std::uint64_t{1} << 16;
  const InputFile& file_;
  char* data_ = nullptr;
  std::vector<bool> read_;                         // by piece
  std::uint64_t gone_ = 0;                         // pieces that were let go
};

}  // namespace gradus::nn::onnx
