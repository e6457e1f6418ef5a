#include <gradus/autograd/array/formats/internal/npy_header.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus::detail {
namespace {

constexpr std::string_view npy_magic = "\x93NUMPY";
constexpr std::size_t npy_prefix = 8;                    // magic and version; the header's length follows
constexpr std::size_t most_npy_dimensions = 64;          // NumPy's own limit
constexpr std::size_t npy_alignment = 64;                // of the elements, as NumPy writes them
constexpr std::size_t digits_to_grow = 21;               // NumPy leaves room for a longer first dimension

struct NpyDtype {
  std::string_view letters;          // behind the order of bytes
  std::string_view in_safetensors;   // where the conversions stand
};
constexpr NpyDtype npy_dtypes[] = {{"b1", "BOOL"}, {"i1", "I8"},  {"i2", "I16"}, {"i4", "I32"}, {"i8", "I64"}, {"u1", "U8"},
                                   {"u2", "U16"},  {"u4", "U32"}, {"u8", "U64"}, {"f2", "F16"}, {"f4", "F32"}, {"f8", "F64"}};

const char* why_refused(char kind) {
  switch (kind) {
    case 'O': return "objects are pickled, and a pickle may run anything; gradus runs nothing";
    case 'c': return "gradus has no complex numbers";
    case 'S': case 'a': case 'U': return "texts";
    case 'V': return "raw bytes, or a dtype that NumPy does not have, such as bfloat16; convert it to float32 in Python";
    case 'M': case 'm': return "dates or times";
    case 'f': return "a floating-point number of a size that gradus does not have";
    default: return "gradus has no such dtype";
  }
}

// A dictionary as Python writes it, from the first character to the last.
class PythonDictionary {
 public:
  PythonDictionary(std::string_view text, std::uint64_t begin) : text_(text), begin_(begin) {}

  void read(NpyHeader& header) {
    unsigned seen = 0;
    const auto once = [&](unsigned bit) {
      if (seen & bit) refuse("a key that stands twice");
      seen |= bit;
    };
    expect('{');
    while (!follows('}')) {
      if (seen != 0) {
        expect(',');
        if (follows('}')) break;
      }
      const std::string_view key = string();
      expect(':');
      if (key == "descr") once(1), descr(header);
      else if (key == "fortran_order") once(2), header.fortran_order = truth();
      else if (key == "shape") once(4), header.shape = tuple();
      else refuse("a key that is none of descr, fortran_order and shape");
    }
    expect('}');
    blanks();
    if (at_ != text_.size()) refuse("something behind the dictionary");
    if (seen != 7) refuse("descr, fortran_order and shape are not all there");
  }

 private:
  void blanks() {
    while (at_ < text_.size() && std::string_view(" \t\n\r\f").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool follows(char c) {
    blanks();
    return at_ < text_.size() && text_[at_] == c;
  }
  void expect(char c) {
    if (!follows(c)) refuse(text("no '", c, "' where one belongs").c_str());
    ++at_;
  }
  // Of printable characters, without escapes.
  std::string_view string() {
    if (follows('u')) ++at_;   // Python 2
    blanks();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') refuse("no string where one belongs");
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' || static_cast<unsigned char>(text_[at_]) < 0x20) refuse("a string with an escape");
      ++at_;
    }
    if (at_ == text_.size()) refuse("a string without an end");
    return text_.substr(begin, at_++ - begin);
  }
  bool truth() {
    blanks();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return value;
      }
    }
    refuse("fortran_order is neither True nor False");
  }
  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> sizes;
    expect('(');
    bool comma = true;
    while (!follows(')')) {
      if (!comma) refuse("no ',' between two sizes");
      if (sizes.size() == most_npy_dimensions) refuse("more than 64 dimensions");
      sizes.push_back(number());
      comma = follows(',');
      if (comma) ++at_;
    }
    if (sizes.size() == 1 && !comma) refuse("a shape that is a number and no tuple");
    ++at_;
    return sizes;
  }
  std::uint64_t number() {
    blanks();
    std::uint64_t value = 0;
    const std::size_t begin = at_;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_)
      if (__builtin_mul_overflow(value, std::uint64_t{10}, &value) ||
          __builtin_add_overflow(value, static_cast<std::uint64_t>(text_[at_] - '0'), &value))
        refuse("a size of 2^64 or more");
    if (at_ == begin) refuse("a size that is no whole number of 0 or more");
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;   // Python 2
    return value;
  }
  void descr(NpyHeader& header) {
    if (follows('[') || follows('(')) {   // fields of a record; their types may nest, so only the brackets are counted
      header.refused = "records of several fields; save each field as an array";
      const std::size_t begin = at_;
      int open = 0;
      do {
        if (at_ == text_.size()) refuse("a list without an end");
        const char c = text_[at_];
        if (c == '\'' || c == '"') string();
        else ++at_, open += c == '[' || c == '(' ? 1 : c == ']' || c == ')' ? -1 : 0;
      } while (open > 0);
      header.descr = text_.substr(begin, at_ - begin);
      return;
    }
    header.descr = string();
    std::string_view letters = header.descr;
    const char order = letters.empty() ? '\0' : letters.front();
    if (std::string_view("<>=|").find(order) != std::string_view::npos) letters.remove_prefix(1);
    header.swapped = order == '>';
    const auto* found = std::find_if(std::begin(npy_dtypes), std::end(npy_dtypes), [&](const NpyDtype& d) { return d.letters == letters; });
    if (found != std::end(npy_dtypes)) header.stored = stored_dtype(found->in_safetensors);
    else header.refused = why_refused(letters.empty() ? '\0' : letters.front());
  }
  [[noreturn]] void refuse(const char* what) const { fail<FileError>("the header: ", what, ", at byte ", begin_ + at_); }

  std::string_view text_;
  std::uint64_t begin_;
  std::size_t at_ = 0;
};

std::string in_file(Dtype dtype) {
  check<DtypeError>(dtype != bf16, "NumPy has no dtype for bf16; convert it with a.to(f32)");
  const StoredDtype& stored = stored_dtype(dtype);
  const auto* found = std::find_if(std::begin(npy_dtypes), std::end(npy_dtypes),
                                   [&](const NpyDtype& d) { return d.in_safetensors == stored.name; });
  check<DtypeError>(found != std::end(npy_dtypes), "NumPy has no dtype for ", dtype);
  return text(stored.bits == 8 ? '|' : '<', found->letters);
}

}  // namespace

NpyHeader read_npy_header(std::uint64_t available, const ReadBytes& read) {
  std::array<std::byte, npy_prefix + 4> prefix{};
  const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(prefix[i]); };
  check<FileError>(available >= npy_prefix + 2, "truncated: ", available, " bytes cannot hold a header");
  read({prefix.data(), npy_prefix});
  const bool named = std::equal(npy_magic.begin(), npy_magic.end(), prefix.begin(), [](char a, std::byte b) { return std::byte(a) == b; });
  check<FileError>(named, "it does not begin with \\x93NUMPY; is this an npy file?");
  const unsigned major = byte(6), minor = byte(7);
  check<FileError>(major >= 1 && major <= 3 && minor == 0, "version ", major, ".", minor, " of the format; there are 1.0, 2.0 and 3.0");
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  check<FileError>(available >= npy_prefix + length_bytes, "truncated: ", available, " bytes cannot hold a header");
  read({prefix.data() + npy_prefix, length_bytes});
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | byte(npy_prefix + i);
  NpyHeader header;
  header.length = npy_prefix + length_bytes + length;
  check<FileError>(length <= longest_npy_header, "the header's length ", length, " exceeds ", longest_npy_header);
  check<FileError>(header.length <= available, "truncated: a header of ", length, " bytes in ", available);
  std::string text(length, '\0');
  read({reinterpret_cast<std::byte*>(text.data()), text.size()});
  PythonDictionary(text, header.length - length).read(header);
  if (!header.stored) return header;

  bool fits = true;
  std::uint64_t bytes = static_cast<std::uint64_t>(header.stored->bits) / 8;
  const bool empty = std::find(header.shape.begin(), header.shape.end(), 0u) != header.shape.end();
  for (const std::uint64_t size : header.shape) fits = fits && (empty || !__builtin_mul_overflow(bytes, size, &bytes));
  check<FileError>(fits, "the shape's product exceeds 2^64");
  header.bytes = empty ? 0 : bytes;
  const std::uint64_t there = available - header.length;
  check<FileError>(header.bytes <= there, "truncated: the elements take ", header.bytes, " bytes, and ", there, " follow the header");
  check<FileError>(header.bytes == there, there - header.bytes, " bytes after the last element");
  return header;
}

namespace {

// As they lie in memory: Fortran's order is the row-major one of the dimensions turned round.
Shape shape_in_file(const NpyHeader& header, std::string_view name) {
  check<FileError>(header.stored, "array ", [&] { return in_quotes(name); }, ": dtype ", [&] { return in_quotes(header.descr); }, ": ",
                   [&] { return std::string(header.refused); });
  std::vector<std::uint64_t> sizes = header.shape;
  if (header.fortran_order) std::reverse(sizes.begin(), sizes.end());
  return shape_of(sizes, size_of(*header.stored->loads_as), "array", name);
}

Array in_order(const NpyHeader& header, const Array& a) {
  if (!header.fortran_order || a.rank() < 2) return a;
  Shape axes;
  for (int i = a.rank(); i-- > 0;) axes.push_back(i);
  return a.permute(axes);
}

}  // namespace

Array read_npy_elements(const NpyHeader& header, const ReadBytes& read, std::string_view name) {
  return in_order(header, read_elements(shape_in_file(header, name), *header.stored, header.swapped, read, "array", name));
}

std::optional<Array> map_npy_elements(const NpyHeader& header, const InputFile& file, std::uint64_t begin, std::string_view name) {
  if (!header.stored || header.stored->convert || (header.swapped && header.stored->bits > 8)) return {};
  const std::optional<Array> mapped = map_array(file, begin, shape_in_file(header, name), *header.stored->loads_as);
  return mapped ? std::optional(in_order(header, *mapped)) : std::nullopt;
}

std::string write_npy_header(const Array& array) {
  std::string shape;
  for (const std::int64_t size : array.shape()) shape += text(shape.empty() ? "" : ", ", size);
  if (array.rank() == 1) shape += ',';
  std::string header = text("{'descr': '", in_file(array.dtype()), "', 'fortran_order': False, 'shape': (", shape, "), }");
  if (array.rank() > 0) header.append(digits_to_grow - std::to_string(array.shape()[0]).size(), ' ');
  const std::size_t length_bytes = 2, unpadded = npy_prefix + length_bytes + header.size() + 1;
  header.append(npy_alignment - unpadded % npy_alignment, ' ');
  header += '\n';
  std::string out(npy_magic);
  out += '\1', out += '\0';
  for (std::size_t i = 0; i < length_bytes; ++i) out += static_cast<char>(header.size() >> (8 * i));
  return out + header;
}

}  // namespace gradus::detail
