#include <algorithm>
#include <bit>
#include <numeric>

#include <gradus/autograd/array/formats/internal/pickle_writer.h>
#include <gradus/autograd/array/formats/internal/zip_writer.h>
#include <gradus/autograd/array/formats/pt.h>

namespace gradus {
namespace {

using detail::PicklePlace, detail::PtNode;

// A tensor that is to be written: elements [begin, end) of memory hold it.
struct Leaving {
  Array array;
  const std::byte *begin = nullptr, *end = nullptr;
  PicklePlace place;
};

// What is written as one storage.
struct Written {
  const std::byte* begin;
  std::size_t bytes;
};

std::int64_t reach_of(const Array& a) {   // elements from the first to the last one, both counted
  std::int64_t reach = 1;
  for (int i = 0; i < a.rank(); ++i) reach += (a.shape()[i] - 1) * a.strides()[i];
  return a.size() == 0 ? 0 : reach;
}

// Arrays that share memory share a storage: what one allocation holds, from the first to the last element that any of them shows. An array
// that shares with nobody is written as it lies, if that leaves no gaps, else row by row.
class StoragesToWrite {
 public:
  explicit StoragesToWrite(const PtNode& root) {
    collect(root);
    std::vector<std::size_t> by_begin(leaving_.size());
    std::iota(by_begin.begin(), by_begin.end(), std::size_t{0});
    std::sort(by_begin.begin(), by_begin.end(), [&](std::size_t a, std::size_t b) {
      return leaving_[a].begin != leaving_[b].begin ? std::less<>()(leaving_[a].begin, leaving_[b].begin) : a < b;
    });
    for (std::size_t i = 0; i < by_begin.size();) {
      std::size_t end = i + 1;
      const std::byte* last = leaving_[by_begin[i]].end;
      while (end < by_begin.size() && std::less<>()(leaving_[by_begin[end]].begin, last))
        last = std::max(last, leaving_[by_begin[end++]].end);
      group({by_begin.data() + i, end - i}, last);
      i = end;
    }
    number();
  }

  PicklePlace place_of(const PtNode& tensor) const { return leaving_[places_.at(&tensor)].place; }
  const std::vector<Written>& all() const { return written_; }

 private:
  void collect(const PtNode& node) {
    if (!seen_.emplace(&node, true).second) return;
    if (node.tensor) {
      places_.emplace(&node, leaving_.size());
      add(node.tensor->load());
    }
    if (!node.items) return;
    for (const auto& value : node.items->values) collect(*value);
    if (node.items->attributes) collect(*node.items->attributes);
  }

  void add(const Array& array) {
    Leaving& out = leaving_.emplace_back();
    out.array = array;
    out.begin = static_cast<const std::byte*>(array.raw());
    out.end = out.begin + reach_of(array) * static_cast<std::int64_t>(size_of(array.dtype()));
    out.place.strides = array.strides();
  }

  void group(std::span<const std::size_t> which, const std::byte* end) {
    const std::byte* const begin = leaving_[which[0]].begin;
    const Dtype dtype = leaving_[which[0]].array.dtype();
    const auto element = static_cast<std::int64_t>(size_of(dtype));
    const bool alike = std::all_of(which.begin(), which.end(), [&](std::size_t i) {
      return leaving_[i].array.dtype() == dtype && (leaving_[i].begin - begin) % element == 0;
    });
    const bool together = alike && (which.size() > 1 || reach_of(leaving_[which[0]].array) <= leaving_[which[0]].array.size());
    for (const std::size_t i : which) {
      Leaving& each = leaving_[i];
      if (together) {
        each.place.offset = (each.begin - begin) / element;
        each.place.count = static_cast<std::uint64_t>((end - begin) / element);
        storage_of_.emplace(i, which[0]);
        ranges_.emplace(which[0], Written{begin, static_cast<std::size_t>(end - begin)});
      } else {
        each.array = each.array.as_contiguous();
        each.place.strides = row_major_strides(each.array.shape());
        each.place.count = static_cast<std::uint64_t>(each.array.size());
        storage_of_.emplace(i, i);
        ranges_.emplace(i, Written{static_cast<const std::byte*>(each.array.raw()),
                                   static_cast<std::size_t>(each.array.size()) * size_of(each.array.dtype())});
      }
    }
  }

  // In the order in which the value has them.
  void number() {
    std::unordered_map<std::size_t, std::uint64_t> keys;
    for (std::size_t i = 0; i < leaving_.size(); ++i) {
      const auto [at, is_new] = keys.emplace(storage_of_.at(i), written_.size());
      if (is_new) written_.push_back(ranges_.at(at->first));
      leaving_[i].place.storage = at->second;
    }
  }

  std::vector<Leaving> leaving_;
  std::unordered_map<const PtNode*, bool> seen_;
  std::unordered_map<const PtNode*, std::size_t> places_;    // in leaving_
  std::unordered_map<std::size_t, std::size_t> storage_of_;   // by one of the tensors that it has
  std::unordered_map<std::size_t, Written> ranges_;
  std::vector<Written> written_;
};

std::span<const std::byte> bytes_of_text(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

}  // namespace

void save_pt(const FileName& file, const PtValue& value) {
  const PtNode& root = *PtNode::of(value);
  const StoragesToWrite storages(root);
  const detail::PickleWriter pickle(root, [&](const PtNode& tensor) { return storages.place_of(tensor); });
  detail::ZipWriter zip(file);
  zip.add("archive/data.pkl", bytes_of_text(pickle.bytes()));
  zip.add("archive/byteorder", bytes_of_text(std::endian::native == std::endian::little ? "little" : "big"));
  for (std::size_t i = 0; i < storages.all().size(); ++i)
    zip.add(text("archive/data/", i), {storages.all()[i].begin, storages.all()[i].bytes});
  zip.add("archive/version", bytes_of_text("3\n"));
  zip.commit();
}

}  // namespace gradus
