#include <gradus/autograd/array/formats/npz.h>

#include <array>
#include <span>

#include <gradus/autograd/array/formats/internal/array_source.h>
#include <gradus/autograd/array/formats/internal/by_name.h>
#include <gradus/autograd/array/formats/internal/naming_the_file.h>
#include <gradus/autograd/array/formats/internal/npy_header.h>
#include <gradus/autograd/array/formats/internal/zip_reader.h>
#include <gradus/autograd/array/formats/internal/zip_writer.h>
#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/internal/printable.h>

namespace gradus {
namespace {

constexpr std::string_view npy_ending = ".npy";

std::string_view without_ending(std::string_view name) {
  if (name.ends_with(npy_ending)) name.remove_suffix(npy_ending.size());
  return name;
}

}  // namespace

struct NpzFile::State {
  State(std::shared_ptr<const detail::ZipReader> archive, const NpzOptions& chosen)
      : options(chosen), opened(std::move(archive)), zip(*opened) {
    detail::check_floating(options.floating, "NpzOptions::floating");
    entries.reserve(zip.entries().size());
    headers.reserve(zip.entries().size());
    for (const detail::ZipEntry& e : zip.entries()) {
      const detail::NpyHeader& h = headers.emplace_back(header_of(e));
      entries.push_back({.name = std::string(without_ending(e.name)),
                         .dtype = h.descr,
                         .loads_as = h.stored ? h.stored->loads_as : std::nullopt,
                         .shape = h.shape,
                         .fortran_order = h.fortran_order,
                         .deflated = e.deflated,
                         .bytes = h.stored ? h.bytes : e.size});
    }
    by_name = detail::places_by_name(entries);
    for (std::size_t i = 1; i < by_name.size(); ++i)
      check<FileError>(entries[by_name[i - 1]].name != entries[by_name[i]].name, "two arrays are called ",
                       [&] { return detail::in_quotes(entries[by_name[i]].name); });
  }

  detail::NpyHeader header_of(const detail::ZipEntry& e) const {
    detail::ZipContents contents(zip, e);
    try {
      return detail::read_npy_header(e.size, [&](std::span<std::byte> to) { contents.read(to); });
    } catch (const FileError& error) {
      fail<FileError>("entry ", detail::in_quotes(e.name), ": ", error.what());
    }
  }
  const NpzEntry* find(std::string_view name) const { return detail::find_by_name(entries, by_name, name); }
  const NpzEntry& entry(std::string_view name) const {
    const NpzEntry* found = find(name);
    check<ValueError>(found, "npz: ", zip.file().path(), " has no array ", [&] { return detail::in_quotes(name); });
    return *found;
  }
  Array load(std::size_t i) const {
    return detail::naming_the_file("npz", zip.file().path(), [&] { return detail::converted(load_stored(i), options.floating); });
  }
  Array load_stored(std::size_t i) const {
    const detail::ZipEntry& e = zip.entries()[i];
    const detail::NpyHeader& h = headers[i];
    if (options.map && !e.deflated)
      if (const std::optional<Array> mapped = detail::map_npy_elements(h, zip.file(), e.begin + h.length, entries[i].name)) return *mapped;
    detail::ZipContents contents(zip, e);
    const auto read = [&](std::span<std::byte> to) { contents.read(to); };
    detail::read_npy_header(e.size, read);   // once more, for the CRC is of all bytes
    return detail::read_npy_elements(h, read, entries[i].name);
  }

  NpzOptions options;
  std::shared_ptr<const detail::ZipReader> opened;
  const detail::ZipReader& zip;
  std::vector<NpzEntry> entries;
  std::vector<detail::NpyHeader> headers;
  std::vector<std::uint32_t> by_name;   // places in both
};

NpzFile::NpzFile(const FileName& file, const NpzOptions& options)
    : state_(detail::naming_the_file("npz", file, [&] {
        return std::make_shared<const State>(
            std::make_shared<const detail::ZipReader>(
                file, detail::ZipOptions{.max_entries = options.max_entries, .max_inflated = options.max_inflated}),
            options);
      })) {}

const std::vector<NpzEntry>& NpzFile::entries() const { return state_->entries; }
bool NpzFile::contains(std::string_view name) const { return state_->find(name) != nullptr; }
const NpzEntry& NpzFile::entry(std::string_view name) const { return state_->entry(name); }
Array NpzFile::load(std::string_view name) const {
  return state_->load(static_cast<std::size_t>(&state_->entry(name) - state_->entries.data()));
}

std::map<std::string, Array> load_npz(const FileName& path, const NpzOptions& options) {
  const NpzFile file(path, options);
  std::map<std::string, Array> arrays;
  for (std::size_t i = 0; i < file.entries().size(); ++i) arrays.emplace(file.entries()[i].name, file.state_->load(i));
  return arrays;
}

void save_npz(const FileName& file, const std::map<std::string, Array>& arrays, const SaveNpzOptions& options) {
  for (const auto& named : arrays)
    check<ValueError>(named.second.defined(), "save_npz: ", file, ": array ", [&] { return detail::in_quotes(named.first); },
                      " is undefined");
  std::vector<std::string> headers;
  for (const auto& [name, array] : arrays) try {
      headers.push_back(detail::write_npy_header(array));
    } catch (const DtypeError& e) {
      fail<DtypeError>("save_npz: ", file, ": array ", detail::in_quotes(name), ": ", e.what());
    }
  detail::ZipWriter zip(file);
  std::size_t i = 0;
  for (const auto& [name, array] : arrays) {
    const Array rows = array.as_contiguous();
    const std::span<const std::byte> pieces[] = {
        std::as_bytes(std::span(headers[i++])),
        {static_cast<const std::byte*>(rows.raw()), static_cast<std::size_t>(rows.size()) * size_of(rows.dtype())}};
    zip.add_pieces(name + std::string(npy_ending), pieces, options.compressed);
  }
  zip.commit();
}

struct NpzSource final : detail::ArraySource {
  NpzSource(const FileName& path, const ArrayFileOptions& options, std::shared_ptr<const detail::ZipReader> zip)
      : state(detail::naming_the_file("npz", path, [&] {
          return std::make_shared<const NpzFile::State>(
              std::move(zip), NpzOptions{.max_entries = options.max_entries, .map = options.map, .floating = options.floating});
        })) {
    format = ArrayFormat::npz;
    for (const NpzEntry& e : state->entries)
      entries.push_back({.name = e.name, .dtype = e.dtype, .loads_as = e.loads_as, .shape = e.shape, .bytes = e.bytes});
  }
  Array load(std::size_t i) const override { return state->load(i); }
  std::shared_ptr<const NpzFile::State> state;
};

std::unique_ptr<const detail::ArraySource> detail::open_npz(const FileName& file, const ArrayFileOptions& options,
                                                           std::shared_ptr<const ZipReader> zip) {
  return std::make_unique<const NpzSource>(file, options, std::move(zip));
}

}  // namespace gradus
