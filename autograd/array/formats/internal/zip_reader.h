// Zip archives, the cover of npz and pt files: what entries there are, where they lie, and their contents. Archives are taken for
// hostile: every number is checked against the file before memory is taken, no two entries share a byte, and nothing inflates to more than
// the archive says.
//   ZipReader zip("arrays.npz");
//   if (const ZipEntry* e = zip.find("weight.npy")) { ZipContents contents(zip, *e);  contents.read(header);  contents.read(elements); }
// FileErrors name the rule and the entry; the caller adds the file.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/array/formats/internal/inflate.h>
#include <gradus/autograd/base/internal/file.h>

namespace gradus::detail {

struct ZipEntry {
  std::string name;              // bytes as they are in the archive; unique, without a zero byte
  std::uint64_t size = 0;        // of the contents
  std::uint64_t begin = 0;       // where in the file their bytes lie, which can be mapped if they are not deflated,
  std::uint64_t in_file = 0;     // and how many these are
  std::uint32_t crc = 0;         // CRC-32 of the contents
  bool deflated = false;
};

struct ZipOptions {
  std::uint64_t max_entries = 1'000'000;
  std::uint64_t max_inflated = std::uint64_t{1} << 40;   // bytes of a deflated entry's contents: 1 TiB
};

class ZipReader {
 public:
  // FileError: not a zip archive, truncated, with a directory that contradicts itself or the entries, entries that overlap, names that
  // stand twice, encrypted entries, ways of compressing other than deflating, sizes that deflating cannot reach, an archive in several
  // files.
  explicit ZipReader(const FileName& file, const ZipOptions& options = {});

  const InputFile& file() const { return file_; }
  const std::vector<ZipEntry>& entries() const { return entries_; }   // in the order of the archive's directory
  const ZipEntry* find(std::string_view name) const;                  // null if there is none

 private:
  InputFile file_;
  std::vector<ZipEntry> entries_;
  std::vector<std::uint32_t> by_name_;   // places in entries_
};

// The contents of an entry, from the first byte on. The read() that takes the last byte (of an empty entry, any) verifies the CRC. Several
// of them may read from one archive at the same time. The archive and the entry must live longer.
class ZipContents {
 public:
  ZipContents(const ZipReader& zip, const ZipEntry& entry);   // FileError for a deflated entry in a build without zlib

  std::uint64_t left() const { return left_; }
  void read(std::span<std::byte> to);    // fills `to`; FileError if the contents end before, or are not what the archive says of them

 private:
  void inflate(std::span<std::byte> to);
  void load();
  void finish();

  const ZipReader& zip_;
  const ZipEntry& entry_;
  std::uint64_t left_, at_;              // at_: where the file is read next
  std::uint32_t crc_ = 0;
  bool finished_ = false, ended_ = false;
  std::unique_ptr<Inflater> inflater_;
  std::vector<std::byte> buffer_;        // deflated bytes,
  std::span<const std::byte> ready_;     // of which these are still to be inflated
};

// All of an entry. FileError, before memory is taken, if these are more than `most` bytes.
std::vector<std::byte> read_entry(const ZipReader& zip, const ZipEntry& entry, std::uint64_t most);

}  // namespace gradus::detail
