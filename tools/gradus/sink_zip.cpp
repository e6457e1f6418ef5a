#include "sink_zip.h"

#include <bit>
#include <span>
#include <unordered_map>

#include <gradus/autograd/array/formats/internal/npy_header.h>
#include <gradus/autograd/array/formats/internal/pickle_writer.h>
#include <gradus/autograd/array/formats/pt.h>

#include "sizes.h"

namespace gradus::tool {
namespace {

std::span<const std::byte> bytes_of_text(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
std::span<const std::byte> bytes_of(const Array& array) {  // of elements in rows
  return {static_cast<const std::byte*>(array.raw()), static_cast<std::size_t>(array.size()) * size_of(array.dtype())};
}

std::string npy_header_of(const std::string& file, const Planned& planned) {
  check<ValueError>(planned.dtype != bf16, "gradus convert: ", file, ": tensor ", printable(planned.name),
                    ": NumPy's files have no bf16; --dtype f32 holds all of it");
  return detail::write_npy_header(stand_in(planned));
}

void in_order(Sink& sink, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sink.order.push_back(i);
}

}  // namespace

Array stand_in(const Planned& p) { return p.shape.elements() == 0 ? Array(p.shape, p.dtype) : Array::scalar(0, p.dtype).expand(p.shape); }

NpzSink::NpzSink(const std::string& file, const std::vector<Planned>& planned)
    : planned_(planned),
      headers_([&] {
        std::vector<std::string> headers;  // before there is a file
        for (const Planned& p : planned) headers.push_back(npy_header_of(file, p));
        return headers;
      }()),
      zip_(file) {
  files = {file};
  in_order(*this, planned.size());
}

void NpzSink::write(std::size_t at, const Array& array) {
  const Array rows = array.as_contiguous();
  const std::span<const std::byte> pieces[] = {bytes_of_text(headers_[at]), bytes_of(rows)};
  zip_.add_pieces(planned_[at].name + ".npy", pieces);
}

NpySink::NpySink(const std::string& file, const std::vector<Planned>& planned)
    : header_([&] {
        check<ValueError>(planned.size() == 1, "gradus convert: ", file, ": an npy file holds one array, not ", planned.size(),
                          "; --drop leaves the others out, and .npz holds all");
        return npy_header_of(file, planned[0]);
      }()),
      out_(file) {
  files = {file};
  in_order(*this, 1);
  keeps_names = false;
}

void NpySink::write(std::size_t, const Array& array) {
  out_.write(header_.data(), header_.size());
  out_.write(bytes_of(array.as_contiguous()));
}

PtSink::PtSink(const std::string& file, const std::vector<Planned>& planned) : storage_(planned.size()), zip_(file) {
  files = {file};
  keeps_ties = true;
  PtValue dict(std::map<std::string, Array>{});  // an OrderedDict, in the order of the source
  std::size_t storages = 0;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    dict.set(planned[i].name, stand_in(planned[i]));
    storage_[i] = planned[i].same_as ? storage_[*planned[i].same_as] : storages++;
    if (!planned[i].same_as) order.push_back(i);
  }
  std::unordered_map<const detail::PtNode*, std::size_t> places;
  const detail::PtNode& root = *detail::PtNode::of(dict);
  for (std::size_t i = 0; i < planned.size(); ++i) places.emplace(root.items->values[i].get(), i);
  const detail::PickleWriter pickle(root, [&](const detail::PtNode& tensor) {
    const std::size_t i = places.at(&tensor);
    return detail::PicklePlace{.storage = storage_[i],
                               .count = static_cast<std::uint64_t>(planned[i].shape.elements()),
                               .strides = row_major_strides(planned[i].shape)};
  });
  zip_.add("archive/data.pkl", bytes_of_text(pickle.bytes()));
  zip_.add("archive/byteorder", bytes_of_text(std::endian::native == std::endian::little ? "little" : "big"));
}

void PtSink::write(std::size_t at, const Array& array) {
  const Array rows = array.as_contiguous();
  zip_.add(text("archive/data/", storage_[at]), bytes_of(rows));
}

void PtSink::commit() {
  zip_.add("archive/version", bytes_of_text("3\n"));
  zip_.commit();
}

}  // namespace gradus::tool
