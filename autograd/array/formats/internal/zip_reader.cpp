#include <gradus/autograd/array/formats/internal/zip_reader.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>

#include <gradus/autograd/array/formats/internal/by_name.h>
#include <gradus/autograd/array/formats/internal/crc32.h>
#include <gradus/autograd/array/formats/internal/zip_format.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/autograd/base/parallel.h>

namespace gradus::detail {
namespace {

constexpr std::uint64_t longest_zip_comment = 65535;
constexpr std::uint64_t most_by_deflating = 1032;              // 258 bytes for 2 bits, at best
constexpr std::size_t zip_piece = std::size_t{1} << 18;        // read and summed up while it is in the cache
constexpr std::size_t zip_part = std::size_t{1} << 22;         // of what several threads read

// Where the archive's directory lies, and how many entries it has.
struct Directory {
  std::uint64_t begin, bytes, entries;
};

std::string_view method_name(unsigned method) {
  switch (method) {
    case 1: return "shrinking";
    case 6: return "imploding";
    case 9: return "Deflate64";
    case 12: return "bzip2";
    case 14: return "LZMA";
    case 93: return "Zstandard";
    case 95: return "xz";
    case 99: return "AES encryption";
    default: return "an unknown method";
  }
}

// The last record of that kind whose comment reaches exactly to the end of the file.
std::uint64_t find_end(const InputFile& file, std::array<std::byte, zip::end_bytes>& record) {
  check<FileError>(file.size() >= zip::end_bytes, "not a zip archive: ", file.size(), " bytes cannot hold its directory");
  const std::uint64_t tail = std::min<std::uint64_t>(file.size(), zip::end_bytes + longest_zip_comment);
  std::vector<std::byte> bytes(tail);
  file.read_at(file.size() - tail, bytes);
  for (std::uint64_t at = tail - zip::end_bytes + 1; at-- > 0;)
    if (zip::u32_at(&bytes[at]) == zip::end_signature && zip::u16_at(&bytes[at + 20]) == tail - at - zip::end_bytes) {
      std::copy_n(&bytes[at], zip::end_bytes, record.begin());
      return file.size() - tail + at;
    }
  fail<FileError>("not a zip archive, or a truncated one: there is no end of a directory");
}

Directory find_directory(const InputFile& file) {
  std::array<std::byte, zip::end_bytes> record;
  std::uint64_t end = find_end(file, record);
  const std::byte* const r = record.data();
  const unsigned disk = zip::u16_at(r + 4), disk_of_directory = zip::u16_at(r + 6), here = zip::u16_at(r + 8), in_all = zip::u16_at(r + 10);
  Directory d{zip::u32_at(r + 16), zip::u32_at(r + 12), in_all};
  bool one_file = (disk == 0 || disk == zip::short_in_zip64) && (disk_of_directory == 0 || disk_of_directory == zip::short_in_zip64) &&
                  here == in_all;

  std::array<std::byte, zip::locator_bytes> locator;
  if (end >= zip::locator_bytes) file.read_at(end - zip::locator_bytes, locator);
  if (end >= zip::locator_bytes && zip::u32_at(locator.data()) == zip::locator_signature) {
    const std::uint64_t at = zip::u64_at(&locator[8]), limit = end - zip::locator_bytes;
    check<FileError>(limit >= zip::end64_bytes && at <= limit - zip::end64_bytes, "the zip64 end of the directory is said to be at byte ",
                     at, ", beyond the archive");
    std::array<std::byte, zip::end64_bytes> wide;
    file.read_at(at, wide);
    check<FileError>(zip::u32_at(wide.data()) == zip::end64_signature && zip::u64_at(&wide[4]) == limit - at - 12,
                     "there is no zip64 end of the directory at byte ", at);
    one_file = one_file && zip::u32_at(&wide[16]) == 0 && zip::u32_at(&wide[20]) == 0 && zip::u64_at(&wide[24]) == zip::u64_at(&wide[32]);
    const Directory narrow = std::exchange(d, {zip::u64_at(&wide[48]), zip::u64_at(&wide[40]), zip::u64_at(&wide[32])});
    const auto agree = [](std::uint64_t number, std::uint64_t sentinel, std::uint64_t in_64_bits) {
      return number == sentinel || number == in_64_bits;
    };
    check<FileError>(agree(narrow.begin, zip::in_zip64, d.begin) && agree(narrow.bytes, zip::in_zip64, d.bytes) &&
                         agree(narrow.entries, zip::short_in_zip64, d.entries),
                     "the two ends of the directory contradict each other");
    end = at;
  }
  check<FileError>(one_file, "an archive in several files, of which this is one");
  check<FileError>(d.bytes <= end && d.begin == end - d.bytes, "the directory is said to take ", d.bytes, " bytes from byte ", d.begin,
                   " on, but it ends at byte ", end);
  check<FileError>(d.entries <= d.bytes / zip::central_bytes, "a directory of ", d.bytes, " bytes cannot name ", d.entries, " entries");
  return d;
}

// The numbers that stand in the extra field, in this order, instead of in their places.
void take_zip64(const std::string& name, std::span<const std::byte> extra, std::initializer_list<std::uint64_t*> numbers) {
  bool found = false;
  while (!extra.empty()) {
    const bool whole = extra.size() >= 4 && zip::u16_at(&extra[2]) <= extra.size() - 4;
    check<FileError>(whole, "entry ", [&] { return in_quotes(name); }, ": the extra field is cut off");
    std::span<const std::byte> field = extra.subspan(4, zip::u16_at(&extra[2]));
    if (zip::u16_at(extra.data()) == zip::zip64_field) {
      check<FileError>(!std::exchange(found, true), "entry ", [&] { return in_quotes(name); }, ": two zip64 fields");
      for (std::uint64_t* number : numbers) {
        if (*number != zip::in_zip64) continue;
        check<FileError>(field.size() >= 8, "entry ", [&] { return in_quotes(name); }, ": the zip64 field is cut off");
        *number = zip::u64_at(field.data());
        field = field.subspan(8);
      }
    }
    extra = extra.subspan(4 + zip::u16_at(&extra[2]));
  }
}

// The directory's records, one after the other; an entry's `begin` is where its local header lies.
class DirectoryReader {
 public:
  DirectoryReader(std::span<const std::byte> bytes, const ZipOptions& options) : left_(bytes), options_(options) {}

  ZipEntry next() {
    const std::span<const std::byte> fixed = take(zip::central_bytes);
    const std::byte* const f = fixed.data();
    check<FileError>(zip::u32_at(f) == zip::central_signature, "the directory is damaged: a record does not begin as one");
    const unsigned flags = zip::u16_at(f + 8), method = zip::u16_at(f + 10);
    ZipEntry e;
    e.crc = zip::u32_at(f + 16);
    e.in_file = zip::u32_at(f + 20);
    e.size = zip::u32_at(f + 24);
    e.begin = zip::u32_at(f + 42);
    const std::span<const std::byte> name = take(zip::u16_at(f + 28)), extra = take(zip::u16_at(f + 30));
    take(zip::u16_at(f + 32));   // a comment
    e.name.assign(reinterpret_cast<const char*>(name.data()), name.size());
    const auto require = [&](bool ok, const auto&... rule) {
      check<FileError>(ok, "entry ", [&] { return in_quotes(e.name); }, ": ", rule...);
    };
    require(e.name.find('\0') == std::string::npos, "a zero byte in the name");
    take_zip64(e.name, extra, {&e.size, &e.in_file, &e.begin});
    require((flags & (zip::encrypted | zip::strongly_encrypted | zip::masked)) == 0, "it is encrypted");
    require((flags & zip::patched) == 0, "it is a patch");
    require(method == zip::stored || method == zip::deflated, "compressed by ", method_name(method), " (method ", method,
            "); gradus reads what is stored or deflated");
    e.deflated = method == zip::deflated;
    if (!e.deflated) require(e.size == e.in_file, "stored, but ", e.size, " bytes are said to take ", e.in_file);
    if (e.deflated)
      require(e.size / most_by_deflating <= e.in_file, e.size, " bytes are said to be deflated to ", e.in_file,
              ", less than deflating can do");
    if (e.deflated) require(e.size <= options_.max_inflated, "it would inflate to ", e.size, " bytes, more than ", options_.max_inflated);
    return e;
  }
  bool ended() const { return left_.empty(); }

 private:
  std::span<const std::byte> take(std::size_t n) {
    check<FileError>(n <= left_.size(), "the directory is damaged: it ends within a record");
    const auto taken = left_.first(n);
    left_ = left_.subspan(n);
    return taken;
  }
  std::span<const std::byte> left_;
  const ZipOptions& options_;
};

// Follows an entry to its local header, which must say the same, and on to its contents, which end before `limit`.
void find_contents(const InputFile& file, ZipEntry& e, std::uint64_t limit) {
  const auto require = [&](bool ok, const auto&... rule) {
    check<FileError>(ok, "entry ", [&] { return in_quotes(e.name); }, ": ", rule...);
  };
  std::vector<std::byte> header(zip::local_bytes + e.name.size());
  require(e.begin <= limit && header.size() <= limit - e.begin, "said to be at byte ", e.begin, ", beyond the archive's contents");
  file.read_at(e.begin, header);
  const std::byte* const h = header.data();
  require(zip::u32_at(h) == zip::local_signature, "no entry begins at byte ", e.begin);
  const unsigned flags = zip::u16_at(h + 6), method = zip::u16_at(h + 8);
  const auto* name = reinterpret_cast<const char*>(h + zip::local_bytes);
  const bool same_name = zip::u16_at(h + 26) == e.name.size() && std::equal(e.name.begin(), e.name.end(), name);
  require(same_name && method == (e.deflated ? zip::deflated : zip::stored) && (flags & zip::encrypted) == 0,
          "the header at byte ", e.begin, " is another one's");
  const std::uint32_t in_file = zip::u32_at(h + 18), size = zip::u32_at(h + 22);
  const bool says_it = (flags & zip::with_descriptor) == 0;   // else the numbers follow the contents, once they were known
  require(!says_it || (zip::u32_at(h + 14) == e.crc && (in_file == zip::in_zip64 || in_file == e.in_file) &&
                       (size == zip::in_zip64 || size == e.size)),
          "the header at byte ", e.begin, " contradicts the directory");
  e.begin += header.size() + zip::u16_at(h + 28);
  require(e.begin <= limit && e.in_file <= limit - e.begin, "its ", e.in_file, " bytes from byte ", e.begin,
          " on reach beyond the archive's contents, which end at byte ", limit);
}

void refuse_overlaps(const std::vector<ZipEntry>& entries, const std::vector<std::uint64_t>& headers) {
  std::vector<std::uint32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return headers[a] < headers[b]; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const ZipEntry &before = entries[order[i - 1]], &e = entries[order[i]];
    check<FileError>(before.begin + before.in_file <= headers[order[i]], "entries ", [&] { return in_quotes(before.name); }, " and ",
                     [&] { return in_quotes(e.name); }, " overlap at byte ", headers[order[i]]);
  }
}

// Stored contents from `begin` on, by several threads; their sum behind `crc`.
std::uint32_t read_by_all(const InputFile& file, std::uint64_t begin, std::span<std::byte> to, std::uint32_t crc) {
  const std::size_t parts = (to.size() + zip_part - 1) / zip_part;
  const auto part = [&](std::size_t i) { return to.subspan(i * zip_part, std::min(zip_part, to.size() - i * zip_part)); };
  std::vector<std::uint32_t> sums(parts);
  parallel_for(static_cast<std::int64_t>(parts), 1, [&](std::int64_t first, std::int64_t last) {
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
      const std::span<std::byte> all = part(i);
      for (std::size_t at = 0; at < all.size(); at += zip_piece) {
        const std::span<std::byte> piece = all.subspan(at, std::min(zip_piece, all.size() - at));
        file.read_at(begin + i * zip_part + at, piece);
        sums[i] = crc32(sums[i], piece);
      }
    }
  });
  for (std::size_t i = 0; i < parts; ++i) crc = joined_crc32(crc, sums[i], part(i).size());
  return crc;
}

}  // namespace

ZipReader::ZipReader(const FileName& name, const ZipOptions& options) : file_(name) {
  const Directory directory = find_directory(file_);
  check<FileError>(directory.entries <= options.max_entries, "more than ", options.max_entries, " entries");
  std::vector<std::byte> bytes(directory.bytes);
  file_.read_at(directory.begin, bytes);
  DirectoryReader reader(bytes, options);
  entries_.reserve(directory.entries);
  std::vector<std::uint64_t> headers;
  headers.reserve(directory.entries);
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    entries_.push_back(reader.next());
    headers.push_back(entries_.back().begin);
    find_contents(file_, entries_.back(), directory.begin);
  }
  check<FileError>(reader.ended(), "the directory has more than the ", directory.entries, " entries that it says it has");
  refuse_overlaps(entries_, headers);

  by_name_ = places_by_name(entries_);
  const auto twice = std::adjacent_find(by_name_.begin(), by_name_.end(),
                                        [this](std::uint32_t a, std::uint32_t b) { return entries_[a].name == entries_[b].name; });
  check<FileError>(twice == by_name_.end(), "two entries are called ", [&] { return in_quotes(entries_[*twice].name); });
}

const ZipEntry* ZipReader::find(std::string_view name) const { return find_by_name(entries_, by_name_, name); }

ZipContents::ZipContents(const ZipReader& zip, const ZipEntry& entry) : zip_(zip), entry_(entry), left_(entry.size), at_(entry.begin) {
  if (!entry.deflated) return;
  try {
    inflater_ = std::make_unique<Inflater>();
  } catch (const FileError& e) {
    fail<FileError>("entry ", in_quotes(entry.name), ": ", e.what());
  }
  buffer_.resize(std::min<std::uint64_t>(entry.in_file, zip_piece));
}

void ZipContents::read(std::span<std::byte> to) {
  check<FileError>(to.size() <= left_, "entry ", [&] { return in_quotes(entry_.name); }, ": the contents, ", entry_.size,
                   " bytes, end ", [&] { return text(to.size() - left_); }, " bytes too early");
  if (!inflater_ && to.size() >= 2 * zip_part) {
    crc_ = read_by_all(zip_.file(), at_, to, crc_);
    at_ += to.size(), left_ -= to.size();
    to = {};
  }
  while (!to.empty()) {
    const std::span<std::byte> piece = to.first(std::min(to.size(), zip_piece));
    if (inflater_) {
      inflate(piece);
    } else {
      zip_.file().read_at(at_, piece);
      at_ += piece.size();
    }
    crc_ = crc32(crc_, piece);
    left_ -= piece.size();
    to = to.subspan(piece.size());
  }
  if (left_ == 0 && !finished_) finish();
}

void ZipContents::load() {
  if (!ready_.empty()) return;
  const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), entry_.begin + entry_.in_file - at_));
  zip_.file().read_at(at_, {buffer_.data(), bytes});
  at_ += bytes;
  ready_ = {buffer_.data(), bytes};
}

void ZipContents::inflate(std::span<std::byte> to) {
  const auto require = [&](bool ok, const auto&... rule) {
    check<FileError>(ok, "entry ", [&] { return in_quotes(entry_.name); }, ": ", rule...);
  };
  while (!to.empty()) {
    require(!ended_, "it inflates to less than the ", entry_.size, " bytes that the archive says");
    load();
    Inflater::Step step{0, 0, false};
    try {
      step = (*inflater_)(ready_, to);
    } catch (const FileError& e) {
      require(false, e.what());
    }
    require(step.ended || step.taken > 0 || step.given > 0, "the deflated data are cut off");
    ready_ = ready_.subspan(step.taken);
    to = to.subspan(step.given);
    ended_ = step.ended;
  }
}

void ZipContents::finish() {
  const auto require = [&](bool ok, const auto&... rule) {
    check<FileError>(ok, "entry ", [&] { return in_quotes(entry_.name); }, ": ", rule...);
  };
  while (inflater_ && !ended_) {   // what ends the deflated data may still have to be read
    load();
    std::byte more;
    Inflater::Step step{0, 0, false};
    try {
      step = (*inflater_)(ready_, {&more, 1});
    } catch (const FileError& e) {
      require(false, e.what());
    }
    require(step.given == 0, "it inflates to more than the ", entry_.size, " bytes that the archive says");
    require(step.ended || step.taken > 0, "the deflated data are cut off");
    ready_ = ready_.subspan(step.taken);
    ended_ = step.ended;
  }
  require(!inflater_ || (ready_.empty() && at_ == entry_.begin + entry_.in_file), "bytes follow the deflated data");
  require(crc_ == entry_.crc, "damaged: its CRC-32 is not the one that the archive says");
  finished_ = true;
}

std::vector<std::byte> read_entry(const ZipReader& zip, const ZipEntry& entry, std::uint64_t most) {
  check<FileError>(entry.size <= most, "entry ", [&] { return in_quotes(entry.name); }, ": ", entry.size, " bytes, more than ", most);
  std::vector<std::byte> out(entry.size);
  ZipContents(zip, entry).read(out);
  return out;
}

}  // namespace gradus::detail
