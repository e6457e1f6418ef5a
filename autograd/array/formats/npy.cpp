#include <gradus/autograd/array/formats/npy.h>

#include <memory>
#include <span>

#include <gradus/autograd/array/formats/internal/array_source.h>
#include <gradus/autograd/array/formats/internal/naming_the_file.h>
#include <gradus/autograd/array/formats/internal/npy_header.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/file.h>

namespace gradus {
namespace {

constexpr std::string_view nameless = "arr_0";   // as NumPy calls, in an npz file, what has no name

class NpyFile {
 public:
  explicit NpyFile(const FileName& path, const NpyOptions& options) : file_(path), options_(options) {
    detail::check_floating(options.floating, "NpyOptions::floating");
    header_ = detail::naming_the_file("npy", file_.path(), [&] { return detail::read_npy_header(file_.size(), reader(0)); });
  }
  const detail::NpyHeader& header() const { return header_; }

  Array load() const {
    return detail::naming_the_file("npy", file_.path(), [&] {
      std::optional<Array> mapped;
      if (options_.map) mapped = detail::map_npy_elements(header_, file_, header_.length, nameless);
      return detail::converted(mapped ? *mapped : detail::read_npy_elements(header_, reader(header_.length), nameless), options_.floating);
    });
  }

 private:
  detail::ReadBytes reader(std::uint64_t begin) const {
    return [this, begin](std::span<std::byte> to) mutable {
      file_.read_at(begin, to);
      begin += to.size();
    };
  }
  InputFile file_;
  NpyOptions options_;
  detail::NpyHeader header_;
};

struct NpySource final : detail::ArraySource {
  NpySource(const FileName& path, const ArrayFileOptions& options) : file(path, {.map = options.map, .floating = options.floating}) {
    format = ArrayFormat::npy;
    const detail::NpyHeader& h = file.header();
    entries.push_back({.name = std::string(nameless),
                       .dtype = h.descr,
                       .loads_as = h.stored ? h.stored->loads_as : std::nullopt,
                       .shape = h.shape,
                       .bytes = h.bytes});
  }
  Array load(std::size_t) const override { return file.load(); }
  NpyFile file;
};

}  // namespace

Array load_npy(const FileName& file, const NpyOptions& options) { return NpyFile(file, options).load(); }

void save_npy(const FileName& file, const Array& array) {
  check<ValueError>(array.defined(), "save_npy: ", file, ": the array is undefined");
  std::string header;
  try {
    header = detail::write_npy_header(array);
  } catch (const DtypeError& e) {
    fail<DtypeError>("save_npy: ", file, ": ", e.what());
  }
  const Array rows = array.as_contiguous();
  FileReplacement out(file);
  out.write(header.data(), header.size());
  out.write(rows.raw(), static_cast<std::size_t>(rows.size()) * size_of(rows.dtype()));
  out.commit();
}

std::unique_ptr<const detail::ArraySource> detail::open_npy(const FileName& file, const ArrayFileOptions& options) {
  return std::make_unique<const NpySource>(file, options);
}

}  // namespace gradus
