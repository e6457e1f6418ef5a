#include <gradus/nn/onnx/internal/wire.h>

#include <algorithm>
#include <cstring>

#include <gradus/autograd/base/error.h>

namespace gradus::nn::onnx {
namespace {

template <class T>
T number_of(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// The next one of `bytes`, and how many bytes it took: 0 if it does not end in them, or has more than 64 bits.
std::size_t read_varint(std::string_view bytes, std::uint64_t& value) {
  value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i == 9 && byte > 1) return 0;
    value |= std::uint64_t{byte & 0x7Fu} << (7 * i);
    if (byte < 0x80) return i + 1;
  }
  return 0;
}

}  // namespace

void Field::expect(bool right, const char* wanted) const {
  check<FileError>(right, "at byte ", at, ": field ", number, " is no ", wanted);
}

std::int64_t Field::integer() const {
  expect(kind == varint, "whole number");
  return static_cast<std::int64_t>(value);
}

float Field::number32() const {
  expect(kind == fixed32, "float");
  const auto bits = static_cast<std::uint32_t>(value);
  float out;
  std::memcpy(&out, &bits, sizeof out);
  return out;
}

const Field& Field::with_length() const {
  expect(kind == bytes, "text, bytes or message");
  return *this;
}

std::string_view Field::text() const {
  with_length().need_content();
  return content;
}

void Field::append_to(std::vector<std::int64_t>& out) const {
  if (kind == varint) return out.push_back(integer());
  expect(kind == bytes, "list of whole numbers");
  need_content();
  for (std::size_t place = 0; place < content.size();) {
    std::uint64_t read = 0;
    const std::size_t taken = read_varint(content.substr(place), read);
    check<FileError>(taken > 0, "at byte ", content_at + place, ": a number that does not end, in the list of field ", number);
    out.push_back(static_cast<std::int64_t>(read));
    place += taken;
  }
}

void Field::append_to(std::vector<float>& out) const {
  if (kind == fixed32) return out.push_back(number32());
  expect(kind == bytes && content.size() % sizeof(float) == 0, "list of floats");
  need_content();
  for (std::size_t place = 0; place < content.size(); place += sizeof(float)) out.push_back(number_of<float>(content.substr(place)));
}

void Field::append_bytes_to(std::string& out, Kind width) const {
  const std::size_t size = width == fixed32 ? 4 : 8;
  if (kind == width) {
    for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
    return;
  }
  expect(kind == bytes && content.size() % size == 0, size == 4 ? "list of floats" : "list of doubles");
  need_content();
  out.append(content);
}

std::uint64_t WireReader::varint() {
  std::uint64_t value = 0;
  const std::size_t taken = read_varint(bytes_.substr(place_), value);
  check<FileError>(taken > 0, "at byte ", at_ + place_, ": a number that does not end; the file is truncated, or no protobuf");
  place_ += taken;
  return value;
}

std::uint64_t WireReader::fixed(std::size_t width) {
  check<FileError>(bytes_.size() - place_ >= width, "at byte ", at_ + place_, ": truncated, a number of ", width, " bytes, of which ",
                   bytes_.size() - place_, " are there");
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes_[place_ + i]);
  place_ += width;
  return value;
}

bool WireReader::next(Field& field) {
  if (place_ == bytes_.size()) return false;
  constexpr std::size_t most = 20;   // bytes of two numbers; none is longer
  if (file_) file_->need(at_ + place_, std::min(most, bytes_.size() - place_));
  field = {};
  field.file = file_;
  field.at = at_ + place_;
  const std::uint64_t tag = varint();
  const std::uint64_t number = tag >> 3;
  check<FileError>(number >= 1 && number < std::uint64_t{1} << 29, "at byte ", field.at, ": no field has the number ", number);
  field.number = static_cast<std::uint32_t>(number);
  switch (tag & 7) {
    case Field::varint:
      field.kind = Field::varint;
      field.value = varint();
      break;
    case Field::fixed64:
      field.kind = Field::fixed64;
      field.value = fixed(8);
      break;
    case Field::fixed32:
      field.kind = Field::fixed32;
      field.value = fixed(4);
      break;
    case Field::bytes: {
      field.kind = Field::bytes;
      const std::uint64_t length = varint();
      check<FileError>(length <= bytes_.size() - place_, "at byte ", field.at, ": truncated, field ", number, " says that it has ", length,
                       " bytes, of which ", bytes_.size() - place_, " are there");
      field.content = bytes_.substr(place_, static_cast<std::size_t>(length));
      field.content_at = at_ + place_;
      place_ += static_cast<std::size_t>(length);
      break;
    }
    default: fail<FileError>("at byte ", field.at, ": field ", number, " is of kind ", tag & 7, ", which ONNX never uses");
  }
  return true;
}

// ---- writing

void WireWriter::raw(const void* bytes, std::size_t n) {
  if (pieces_.empty() || pieces_.back().elements.defined()) pieces_.emplace_back();
  pieces_.back().bytes.append(static_cast<const char*>(bytes), n);
  size_ += n;
}

void WireWriter::varint(std::uint64_t value) {
  char bytes[10];
  std::size_t n = 0;
  for (; value >= 0x80; value >>= 7) bytes[n++] = static_cast<char>(value | 0x80);
  bytes[n++] = static_cast<char>(value);
  raw(bytes, n);
}

void WireWriter::integer(std::uint32_t number, std::int64_t value) {
  tag(number, Field::varint);
  varint(static_cast<std::uint64_t>(value));
}

void WireWriter::number32(std::uint32_t number, float value) {
  tag(number, Field::fixed32);
  raw(&value, sizeof value);
}

void WireWriter::text(std::uint32_t number, std::string_view value) {
  tag(number, Field::bytes);
  varint(value.size());
  raw(value.data(), value.size());
}

void WireWriter::integers(std::uint32_t number, const std::vector<std::int64_t>& values) {
  for (const std::int64_t value : values) integer(number, value);
}

void WireWriter::numbers32(std::uint32_t number, const std::vector<float>& values) {
  for (const float value : values) number32(number, value);
}

void WireWriter::elements(std::uint32_t number, const Array& array) {
  const Array row_major = array.as_contiguous();
  const std::uint64_t bytes = static_cast<std::uint64_t>(row_major.size()) * size_of(row_major.dtype());
  tag(number, Field::bytes);
  varint(bytes);
  if (bytes == 0) return;
  pieces_.back().elements = row_major;
  size_ += bytes;
}

void WireWriter::message(std::uint32_t number, WireWriter message) {
  tag(number, Field::bytes);
  varint(message.size());
  for (const Piece& piece : message.pieces_) {
    raw(piece.bytes.data(), piece.bytes.size());
    if (!piece.elements.defined()) continue;
    pieces_.back().elements = piece.elements;
    size_ += static_cast<std::uint64_t>(piece.elements.size()) * size_of(piece.elements.dtype());
  }
}

}  // namespace gradus::nn::onnx
