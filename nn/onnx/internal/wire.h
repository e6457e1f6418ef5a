// Protobuf's wire format, the little of it that files use: fields of a number and a kind, one after the other. The reader takes its input
// for hostile: every length is checked against what is there, an error names the byte, nothing is copied, nothing recurses. Bytes of a file
// are read when they are looked at (FileBytes).
//   WireReader in(bytes);                          WireWriter out;
//   for (Field f; in.next(f);)                     out.integer(1, 8);
//     if (f.number == 1) version = f.integer();    out.message(7, std::move(graph));
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/nn/onnx/internal/file_bytes.h>

namespace gradus::nn::onnx {

// One field. Each accessor throws FileError unless the field is of a kind that can be read so.
struct Field {
  enum Kind : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };
  std::uint32_t number = 0;
  Kind kind = varint;
  std::uint64_t value = 0;            // of a varint or a fixed one
  std::string_view content;           // of bytes; those of a file are there when text() has been asked for
  std::uint64_t at = 0;               // where the field begins in the file
  std::uint64_t content_at = 0;       // where its content does
  FileBytes* file = nullptr;          // which has the content, if it is not in memory

  std::int64_t integer() const;
  float number32() const;
  std::string_view text() const;      // of anything with a length: a text, bytes, a message
  const Field& with_length() const;   // itself, if it is of these
  // Repeated numbers, packed or one: appended.
  void append_to(std::vector<std::int64_t>& out) const;
  void append_to(std::vector<float>& out) const;
  void append_bytes_to(std::string& out, Kind width) const;   // fixed numbers of 4 or 8 bytes, as they are in the file

 private:
  void expect(bool right, const char* wanted) const;
  void need_content() const { if (file) file->need(content_at, content.size()); }
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes, std::uint64_t at = 0) : bytes_(bytes), at_(at) {}
  explicit WireReader(FileBytes& file, std::uint64_t size) : bytes_(file.data(), static_cast<std::size_t>(size)), at_(0), file_(&file) {}
  explicit WireReader(const Field& message) : bytes_(message.with_length().content), at_(message.content_at), file_(message.file) {}
  bool next(Field& field);            // false at the end; FileError for a field that is none

 private:
  std::uint64_t varint();
  std::uint64_t fixed(std::size_t width);
  std::string_view bytes_;
  std::size_t place_ = 0;
  std::uint64_t at_;                  // of bytes_ in the file
  FileBytes* file_ = nullptr;
};

// A message that is being written. Arrays are not copied: the message is a list of pieces, some of which are the elements of arrays.
class WireWriter {
 public:
  struct Piece {
    std::string bytes;
    Array elements = {};              // behind them; undefined: none
  };

  void integer(std::uint32_t number, std::int64_t value);
  void number32(std::uint32_t number, float value);
  void text(std::uint32_t number, std::string_view value);
  void integers(std::uint32_t number, const std::vector<std::int64_t>& values);   // one field each
  void numbers32(std::uint32_t number, const std::vector<float>& values);
  void elements(std::uint32_t number, const Array& array);                        // as bytes, row-major
  void message(std::uint32_t number, WireWriter message);

  std::uint64_t size() const { return size_; }
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  void varint(std::uint64_t value);
  void tag(std::uint32_t number, Field::Kind kind) { varint(std::uint64_t{number} << 3 | kind); }
  void raw(const void* bytes, std::size_t n);
  std::vector<Piece> pieces_;
  std::uint64_t size_ = 0;
};

}  // namespace gradus::nn::onnx
