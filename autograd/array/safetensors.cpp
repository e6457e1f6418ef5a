// The format: 8 bytes with the length N of the header (little endian), N bytes of JSON padded with spaces, the data.
// https://github.com/huggingface/safetensors#format; what its reader refuses, this one refuses too.
#include <gradus/autograd/array/safetensors.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include <gradus/autograd/base/file.h>

namespace gradus {
namespace {

constexpr std::uint64_t longest_header = 100'000'000;
constexpr std::string_view metadata_key = "__metadata__";

// In the order of the reference writer: larger elements first, so that every tensor is aligned to its elements.
struct Named { Dtype dtype; std::string_view name; };
constexpr Named dtypes[] = {{i64, "I64"}, {f64, "F64"}, {f32, "F32"}, {u8, "U8"}, {boolean, "BOOL"}};
int order_of(Dtype d) {
  return static_cast<int>(std::find_if(std::begin(dtypes), std::end(dtypes), [&](const Named& known) { return known.dtype == d; }) - dtypes);
}

std::string in_quotes(const std::string& name) { return name.size() <= 80 ? text('\'', name, '\'') : text('\'', name.substr(0, 77), "...'"); }

struct Entry {
  std::string name;
  std::optional<std::string> dtype;
  std::optional<std::vector<std::uint64_t>> shape, offsets;
};

// Receives the header piece by piece. Only what the format allows is let through, so nothing nests deeper than three levels.
class HeaderReader {
 public:
  std::vector<Entry> entries;
  std::map<std::string, std::string> metadata;

  bool start_object(std::size_t) {
    if (depth_ == 1 && key_ != metadata_key) entries.push_back({.name = key_, .dtype = {}, .shape = {}, .offsets = {}});
    if (depth_ > 1) refuse("an object where none belongs");
    in_metadata_ = depth_ == 1 && key_ == metadata_key;
    ++depth_;
    return true;
  }
  bool end_object() {
    if (--depth_ == 1 && !in_metadata_) {
      const Entry& e = entries.back();
      check<FileError>(e.dtype && e.shape && e.offsets, "tensor ", in_quotes(e.name), ": needs dtype, shape and data_offsets");
    }
    return true;
  }
  bool key(std::string& key) {
    key_ = key;
    if (depth_ == 1 && !names_.insert(key).second) fail<FileError>("duplicate name ", in_quotes(key));
    return true;
  }
  bool string(std::string& value) {
    if (depth_ == 2 && in_metadata_) {
      if (!metadata.emplace(key_, std::move(value)).second) refuse("duplicate key");
    } else if (depth_ == 2 && key_ == "dtype") {
      if (entries.back().dtype) refuse("duplicate key");
      entries.back().dtype = std::move(value);
    } else {
      refuse("a string where none belongs");
    }
    return true;
  }
  bool start_array(std::size_t) {
    if (depth_ != 2 || in_metadata_ || (key_ != "shape" && key_ != "data_offsets")) refuse("an array where none belongs");
    auto& list = key_ == "shape" ? entries.back().shape : entries.back().offsets;
    if (list) refuse("duplicate key");
    list.emplace();
    ++depth_;
    return true;
  }
  bool end_array() { --depth_; return true; }
  bool number_unsigned(std::uint64_t value) {
    if (depth_ != 3) refuse("a number where none belongs");
    (key_ == "shape" ? entries.back().shape : entries.back().offsets)->push_back(value);
    return true;
  }
  bool number_integer(std::int64_t) { refuse("a negative number"); }
  bool number_float(double, const std::string&) { refuse("a number that is not an integer below 2^64"); }
  bool null() { refuse("a null where none belongs"); }
  bool boolean(bool) { refuse("a truth value where none belongs"); }
  bool binary(nlohmann::json::binary_t&) { refuse("binary data"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    fail<FileError>("header is not valid JSON at byte ", position);
  }

 private:
  [[noreturn]] void refuse(const char* what) const {
    if (depth_ < 2) fail<FileError>("tensor ", in_quotes(key_), ": ", what);
    if (in_metadata_) fail<FileError>(metadata_key, ": ", what, " at key ", in_quotes(key_));
    fail<FileError>("tensor ", in_quotes(entries.back().name), ": ", what, " at key ", in_quotes(key_));
  }
  int depth_ = 0;
  bool in_metadata_ = false;
  std::string key_;
  std::set<std::string> names_;
};

struct Place {
  std::string name;
  Dtype dtype;
  Shape shape;
  std::uint64_t begin, end;
};

// The place of a tensor in the data, its shape and dtype checked against its length.
Place place_of(Entry& e) {
  const auto require = [&](bool ok, const auto&... rule) { check<FileError>(ok, "tensor ", in_quotes(e.name), ": ", rule...); };
  const auto* known = std::find_if(std::begin(dtypes), std::end(dtypes), [&](const Named& named) { return named.name == *e.dtype; });
  require(known != std::end(dtypes), "dtype ", in_quotes(*e.dtype), " is not one of F32, F64, I64, U8, BOOL");
  require(e.offsets->size() == 2, "data_offsets must be two numbers, not ", e.offsets->size());
  const std::uint64_t begin = (*e.offsets)[0], end = (*e.offsets)[1];
  require(begin <= end, "data_offsets run backwards: [", begin, ", ", end, "]");
  require(e.shape->size() <= Shape::max_rank, e.shape->size(), " dimensions; gradus has at most ", Shape::max_rank);

  // The product without the zeros is bounded too, for strides are made of it.
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Place place{std::move(e.name), known->dtype, {}, begin, end};
  std::int64_t product = static_cast<std::int64_t>(size_of(known->dtype));
  bool empty = false, fits = true;
  for (std::uint64_t d : *e.shape) {
    fits = fits && d <= static_cast<std::uint64_t>(most) &&
           !__builtin_mul_overflow(product, std::max<std::int64_t>(static_cast<std::int64_t>(d), 1), &product);
    empty = empty || d == 0;
    place.shape.push_back(static_cast<std::int64_t>(d));
  }
  check<FileError>(fits, "tensor ", in_quotes(place.name), ": the shape's product exceeds 2^63");
  const std::uint64_t bytes = empty ? 0 : static_cast<std::uint64_t>(product);
  check<FileError>(end - begin == bytes, "tensor ", in_quotes(place.name), ": ", known->name, " ", place.shape, " takes ", bytes,
                   " bytes but data_offsets [", begin, ", ", end, "] hold ", end - begin);
  return place;
}

// In the order of the data, which they must cover without a hole and without sharing a byte.
std::vector<Place> places_of(std::vector<Entry>& entries, std::uint64_t data_bytes) {
  std::vector<Place> places;
  for (Entry& e : entries) places.push_back(place_of(e));
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::uint64_t next = 0;
  for (const Place& p : places) {
    check<FileError>(p.begin >= next, "tensor ", in_quotes(p.name), ": its data overlap another tensor's: begin at ", p.begin, ", before ", next);
    check<FileError>(p.begin <= next, "tensor ", in_quotes(p.name), ": a hole before its data, bytes ", next, " to ", p.begin);
    next = p.end;
  }
  check<FileError>(next <= data_bytes, "truncated: the tensors take ", next, " bytes, the file has ", data_bytes, " after its header");
  check<FileError>(next >= data_bytes, data_bytes - next, " bytes after the last tensor");
  return places;
}

Safetensors read(InputFile& file) {
  std::array<unsigned char, 8> prefix;
  check<FileError>(file.size() >= prefix.size(), "truncated: ", file.size(), " bytes cannot hold the length of a header");
  file.read(prefix.data(), prefix.size());
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | prefix[static_cast<std::size_t>(i)];
  check<FileError>(length <= longest_header, "the header's length ", length, " exceeds ", longest_header, "; is this a safetensors file?");
  check<FileError>(length <= file.size() - prefix.size(), "truncated: a header of ", length, " bytes in a file of ", file.size());

  std::string header(length, '\0');
  file.read(header.data(), header.size());
  check<FileError>(header.starts_with('{'), "the header does not start with '{'");
  check<FileError>(header.find('\0') == std::string::npos, "a zero byte in the header");   // the parser would take it for the end
  HeaderReader reader;
  nlohmann::json::sax_parse(header, &reader);

  Safetensors contents{{}, std::move(reader.metadata)};
  for (const Place& p : places_of(reader.entries, file.size() - prefix.size() - length)) {
    Array a(p.shape, p.dtype);
    auto* bytes = static_cast<std::byte*>(a.mutable_raw());
    const std::size_t n = p.end - p.begin;
    file.read(bytes, n);
    const bool truth = p.dtype != boolean || std::all_of(bytes, bytes + n, [](std::byte b) { return b <= std::byte{1}; });
    check<FileError>(truth, "tensor ", in_quotes(p.name), ": a BOOL that is neither 0 nor 1");
    contents.arrays.emplace(p.name, std::move(a));
  }
  return contents;
}

std::string header_of(const Safetensors& contents, const std::vector<std::pair<std::string, Array>>& arrays) {
  using nlohmann::json;   // for numbers too: streams would write them as the program's locale likes
  std::string header = "{";
  const auto member = [&header](std::string_view name, const std::string& value) {
    if (header.size() > 1) header += ',';
    header += json(name).dump();
    header += ':';
    header += value;
  };
  if (!contents.metadata.empty()) member(metadata_key, json(contents.metadata).dump());
  std::int64_t begin = 0;
  for (const auto& [name, array] : arrays) {
    const std::int64_t end = begin + array.size() * static_cast<std::int64_t>(size_of(array.dtype()));
    const std::vector<std::int64_t> shape(array.shape().begin(), array.shape().end());
    nlohmann::ordered_json entry;
    entry["dtype"] = dtypes[order_of(array.dtype())].name;
    entry["shape"] = shape;
    entry["data_offsets"] = {begin, end};
    member(name, entry.dump());
    begin = end;
  }
  header += '}';
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return header;
}

}  // namespace

Safetensors load_safetensors(const std::filesystem::path& path) {
  InputFile file(path);
  try {
    return read(file);
  } catch (const FileError& e) {
    fail<FileError>("load_safetensors: ", path, ": ", e.what());
  }
}

void save_safetensors(const std::filesystem::path& path, const Safetensors& contents) {
  std::vector<std::pair<std::string, Array>> arrays;
  for (const auto& [name, array] : contents.arrays) {
    check<ValueError>(name != metadata_key, "save_safetensors: ", path, ": no tensor may be named ", metadata_key);
    check<ValueError>(array.defined(), "save_safetensors: ", path, ": tensor ", in_quotes(name), " is undefined");
    arrays.emplace_back(name, array.as_contiguous());
  }
  std::stable_sort(arrays.begin(), arrays.end(), [](const auto& a, const auto& b) { return order_of(a.second.dtype()) < order_of(b.second.dtype()); });

  std::string header;
  try {
    header = header_of(contents, arrays);
  } catch (const nlohmann::json::exception&) {
    fail<ValueError>("save_safetensors: ", path, ": a name or a metadata entry is not valid UTF-8");
  }
  check<ValueError>(header.size() <= longest_header, "save_safetensors: ", path, ": the header of ", header.size(), " bytes exceeds ", longest_header);

  std::array<unsigned char, 8> prefix;
  for (std::size_t i = 0; i < 8; ++i) prefix[i] = static_cast<unsigned char>(header.size() >> (8 * i));
  FileReplacement out(path);
  out.write(prefix.data(), prefix.size());
  out.write(header.data(), header.size());
  for (const auto& [name, array] : arrays) out.write(array.raw(), static_cast<std::size_t>(array.size()) * size_of(array.dtype()));
  out.commit();
}

}  // namespace gradus
