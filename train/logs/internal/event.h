// TensorBoard's records: protocol buffer messages, put together by field, and the frame of a record with its masked CRC-32C (Castagnoli).
//   Message value;   value.bytes(1, "loss").float32(2, 0.5f);   append(file, record(value.str()));
// Fields are those of tensorflow/core/{util/event,framework/summary,framework/graph}.proto.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::train::logs {

class Message {
 public:
  Message& integer(int field, std::uint64_t value);
  Message& float32(int field, float value);
  Message& float64(int field, double value);
  Message& bytes(int field, std::string_view value);                   // a text or another message
  Message& message(int field, const Message& other) { return bytes(field, other.bytes_); }
  Message& doubles(int field, const std::vector<double>& values);      // packed
  const std::string& str() const { return bytes_; }

 private:
  void varint(std::uint64_t value);
  std::string bytes_;
};

std::uint32_t crc32c(std::string_view bytes);
std::string record(std::string_view bytes);

}  // namespace gradus::train::logs
