#include <gradus/autograd/array/formats/internal/zip_writer.h>

#include <algorithm>

#include <gradus/autograd/array/formats/internal/crc32.h>
#include <gradus/autograd/array/formats/internal/inflate.h>
#include <gradus/autograd/array/formats/internal/zip_format.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus::detail {
namespace {

constexpr unsigned first_day = 0x21;                    // 1 January 1980, the earliest that the format can say
constexpr unsigned plain_version = 20, zip64_version = 45;
constexpr std::size_t most_pending = std::size_t{1} << 16;
constexpr unsigned padding_field = 0x4246;              // "FB", as PyTorch calls the field with which it aligns
// Deflating makes what cannot be compressed a little longer, less than this much of it: then 32 bits hold the result.
constexpr std::uint64_t surely_below_4_gib = std::uint64_t{0xffffffff} - (std::uint64_t{1} << 24);

std::uint32_t at_most_32_bits(std::uint64_t number) { return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, zip::in_zip64)); }

std::string padding(std::uint64_t at) {
  std::string field;
  if (at % ZipWriter::alignment == 0) return field;
  const std::uint64_t fill = (ZipWriter::alignment - (at + 4) % ZipWriter::alignment) % ZipWriter::alignment;
  zip::put16(field, padding_field);
  zip::put16(field, fill);
  field.append(fill, '\0');
  return field;
}

}  // namespace

void ZipWriter::write(std::span<const std::byte> bytes) {
  position_ += bytes.size();
  if (pending_.size() + bytes.size() > most_pending) write_pending();
  if (bytes.size() > most_pending) out_.write(bytes);
  else pending_.insert(pending_.end(), bytes.begin(), bytes.end());
}

void ZipWriter::write_pending() {
  out_.write(pending_);
  pending_.clear();
}

void ZipWriter::add_pieces(std::string_view name, std::span<const std::span<const std::byte>> pieces, bool deflated) {
  check<ValueError>(name.size() <= 0xffff, "zip: the name ", [&] { return in_quotes(name); }, " has ", name.size(), " bytes; 65535 fit");
  check<ValueError>(name.find('\0') == name.npos, "zip: a zero byte in the name ", [&] { return in_quotes(name); });
  check<ValueError>(names_.emplace(name).second, "zip: two entries are called ", [&] { return in_quotes(name); });
  std::uint64_t size = 0;
  std::uint32_t crc = 0;
  for (const auto piece : pieces) {
    size += piece.size();
    crc = crc32(crc, piece);
  }
  const bool wide = size >= surely_below_4_gib, ascii = std::all_of(name.begin(), name.end(), [](char c) { return (c & 0x80) == 0; });
  const unsigned flags = (ascii ? 0 : zip::utf8) | (deflated ? zip::with_descriptor : 0);
  const unsigned method = deflated ? zip::deflated : zip::stored;
  const std::uint64_t header = position_;

  // What both headers begin with. The size of what is deflated is known only behind it.
  const auto common = [&](std::string& to, bool needs_zip64, std::uint32_t sum, std::uint32_t in_file, std::uint32_t of_contents) {
    zip::put16(to, needs_zip64 ? zip64_version : plain_version);
    zip::put16(to, flags);
    zip::put16(to, method);
    zip::put16(to, 0);   // midnight
    zip::put16(to, first_day);
    zip::put32(to, sum);
    zip::put32(to, in_file);
    zip::put32(to, of_contents);
    zip::put16(to, name.size());
  };
  std::string extra;
  if (wide) {
    zip::put16(extra, zip::zip64_field);
    zip::put16(extra, 16);
    zip::put64(extra, deflated ? 0 : size);
    zip::put64(extra, deflated ? 0 : size);
  }
  if (!deflated) extra += padding(header + zip::local_bytes + name.size() + extra.size());
  std::string local;
  zip::put32(local, zip::local_signature);
  const std::uint32_t shown = wide ? zip::in_zip64 : deflated ? 0 : static_cast<std::uint32_t>(size);
  common(local, wide, deflated ? 0 : crc, shown, shown);
  zip::put16(local, extra.size());
  local += name;
  local += extra;
  write(local);

  const std::uint64_t begin = position_;
  if (deflated) detail::deflate(pieces, [&](std::span<const std::byte> bytes) { write(bytes); });
  else
    for (const auto piece : pieces) write(piece);
  const std::uint64_t in_file = position_ - begin;
  if (deflated) {
    std::string descriptor;
    zip::put32(descriptor, zip::descriptor_signature);
    zip::put32(descriptor, crc);
    for (const std::uint64_t number : {in_file, size}) {
      if (wide) zip::put64(descriptor, number);
      else zip::put32(descriptor, number);
    }
    write(descriptor);
  }

  std::string numbers;   // that need 64 bits
  for (const std::uint64_t number : {size, in_file, header})
    if (number >= zip::in_zip64) zip::put64(numbers, number);
  zip::put32(directory_, zip::central_signature);
  zip::put16(directory_, zip64_version);
  common(directory_, wide || !numbers.empty(), crc, at_most_32_bits(in_file), at_most_32_bits(size));
  zip::put16(directory_, numbers.empty() ? 0 : 4 + numbers.size());
  for (int i = 0; i < 3; ++i) zip::put16(directory_, 0);   // no comment, the first and only file, attributes
  zip::put32(directory_, 0);                               // more attributes
  zip::put32(directory_, at_most_32_bits(header));
  directory_ += name;
  if (!numbers.empty()) {
    zip::put16(directory_, zip::zip64_field);
    zip::put16(directory_, numbers.size());
    directory_ += numbers;
  }
  ++entries_;
}

void ZipWriter::commit() {
  const std::uint64_t begin = position_, bytes = directory_.size();
  write(directory_);
  std::string end;
  if (entries_ >= zip::short_in_zip64 || begin >= zip::in_zip64 || bytes >= zip::in_zip64) {
    zip::put32(end, zip::end64_signature);
    zip::put64(end, zip::end64_bytes - 12);   // of what follows
    zip::put16(end, zip64_version);
    zip::put16(end, zip64_version);
    zip::put64(end, 0);                       // in one file
    zip::put64(end, entries_);
    zip::put64(end, entries_);
    zip::put64(end, bytes);
    zip::put64(end, begin);
    zip::put32(end, zip::locator_signature);
    zip::put32(end, 0);
    zip::put64(end, position_);
    zip::put32(end, 1);
  }
  zip::put32(end, zip::end_signature);
  zip::put32(end, 0);
  for (int i = 0; i < 2; ++i) zip::put16(end, std::min<std::uint64_t>(entries_, zip::short_in_zip64));
  zip::put32(end, at_most_32_bits(bytes));
  zip::put32(end, at_most_32_bits(begin));
  zip::put16(end, 0);   // no comment
  write(end);
  write_pending();
  out_.commit();
}

}  // namespace gradus::detail
