#include <gradus/data/dataset/concat.h>

#include <algorithm>
#include <cstring>

namespace gradus::data::detail {

Tensor gather_from(std::span<const Tensor> parts, std::span<const std::int64_t> rows) {
  std::vector<Array> arrays;
  std::vector<std::int64_t> ends;
  for (const Tensor& part : parts) {
    const Array& a = part.value(), &first = parts[0].value();
    check<ShapeError>(a.rank() > 0 && a.rank() == first.rank(), "data::concat: batches of samples of different shapes: ", first.shape(),
                      " and ", a.shape());
    for (int i = 1; i < a.rank(); ++i)
      check<ShapeError>(a.dim(i) == first.dim(i), "data::concat: batches of samples of different shapes: ", first.shape(), " and ",
                        a.shape());
    check<DtypeError>(a.dtype() == first.dtype(), "data::concat: batches of different dtypes: ", first.dtype(), " and ", a.dtype());
    arrays.push_back(a.as_contiguous());
    ends.push_back((ends.empty() ? 0 : ends.back()) + a.dim(0));
  }
  Shape shape = arrays[0].shape();
  std::size_t row_bytes = size_of(arrays[0].dtype());
  for (int i = 1; i < shape.rank(); ++i) row_bytes *= static_cast<std::size_t>(shape[i]);
  shape[0] = static_cast<std::int64_t>(rows.size());
  Array out(shape, arrays[0].dtype());
  auto* to = static_cast<std::byte*>(out.mutable_raw());
  for (const std::int64_t row : rows) {
    const Found found = find_part(ends, row, "data::concat: a part's get_batch");
    const auto* from = static_cast<const std::byte*>(arrays[found.part].raw()) + static_cast<std::size_t>(row - found.begin) * row_bytes;
    if (row_bytes > 0) std::memcpy(to, from, row_bytes);
    to += row_bytes;
  }
  return out;
}

Found find_part(std::span<const std::int64_t> ends, std::int64_t i, std::string_view who) {
  check_index(i, ends.empty() ? 0 : ends.back(), who);
  const auto part = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), i) - ends.begin());
  return {part, part ? ends[part - 1] : 0};
}

Scattered scatter(std::span<const std::int64_t> ends, std::span<const std::int64_t> indices, std::string_view who) {
  Scattered out;
  std::vector<std::int64_t> part_of, of_parts(ends.size(), -1), next;
  for (const std::int64_t i : indices) {
    const auto part = static_cast<std::int64_t>(find_part(ends, i, who).part);
    std::int64_t& number = of_parts[static_cast<std::size_t>(part)];
    if (number < 0) {
      number = static_cast<std::int64_t>(out.parts.size());
      out.parts.push_back(part);
      next.push_back(0);
    }
    part_of.push_back(number);
    ++next[static_cast<std::size_t>(number)];
  }
  if (out.parts.empty() && !ends.empty()) out.parts.push_back(0), next.push_back(0);   // an empty batch, too, is somebody's
  out.begins.push_back(0);
  for (std::int64_t& n : next) {
    out.begins.push_back(out.begins.back() + n);
    n = out.begins.end()[-2];
  }
  out.places.resize(indices.size());
  for (std::size_t k = 0; k < indices.size(); ++k) {
    const auto number = static_cast<std::size_t>(part_of[k]), part = static_cast<std::size_t>(out.parts[number]);
    const std::int64_t row = next[number]++;
    out.places[static_cast<std::size_t>(row)] = indices[k] - (part ? ends[part - 1] : 0);
    out.rows.push_back(row);
  }
  return out;
}

}  // namespace gradus::data::detail
