// Datasets one behind the other, of any types that give samples of one type.
//   auto more = data::concat(train, data::map(train, augment));        auto shards = data::concat(std::vector{first, second, third});
// Batches are made by the parts' own get_batch where all have one that gives Tensors: a batch of several parts is put together of theirs.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include <gradus/data/dataset/map.h>
#include <gradus/data/dataset/tensor_dataset.h>

namespace gradus::data {

namespace detail {
// Rows of the parts, numbered as if these lay one behind the other: ShapeError or DtypeError for parts whose rows differ.
Tensor gather_from(std::span<const Tensor> parts, std::span<const std::int64_t> rows);
inline Tensor join(std::span<const Tensor> parts, std::span<const std::int64_t> rows) { return gather_from(parts, rows); }
template <class... T>
std::tuple<T...> join(std::span<const std::tuple<T...>> parts, std::span<const std::int64_t> rows) {
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    const auto member = [&]<std::size_t m>() {
      std::vector<Tensor> of_parts;
      for (const auto& part : parts) of_parts.push_back(std::get<m>(part));
      return gather_from(of_parts, rows);
    };
    return std::tuple<T...>(member.template operator()<i>()...);
  }(std::index_sequence_for<T...>());
}
template <class T> inline constexpr bool joins = std::same_as<T, Tensor>;
template <class... T> inline constexpr bool joins<std::tuple<T...>> = (std::same_as<T, Tensor> && ...);

// What get_batch gives; void where there is none.
template <class D> struct BatchOf { using type = void; };
template <BatchDataset D> struct BatchOf<D> {
  using type = decltype(std::declval<const D&>().get_batch(std::span<const std::int64_t>()));
};

// Which part sample i of parts that end there belongs to, and how many samples lie before it.
struct Found {
  std::size_t part;
  std::int64_t begin;
};
Found find_part(std::span<const std::int64_t> ends, std::int64_t i, std::string_view who);
// The parts of these samples, each once, as they come; `places` become the samples' numbers in them, `rows` where each comes to lie when
// what the parts give is put together.
struct Scattered {
  std::vector<std::int64_t> parts, begins, places, rows;   // part k's samples are places begins[k] to begins[k + 1]
};
Scattered scatter(std::span<const std::int64_t> ends, std::span<const std::int64_t> indices, std::string_view who);
}  // namespace detail

template <class Sample, class Batch>
class Concat {
 public:
  template <Dataset D>
  void add(D dataset) {
    Part part{nullptr, [](const void* d, std::int64_t i) -> Sample { return static_cast<const D*>(d)->get(i); }, nullptr};
    if constexpr (!std::is_void_v<Batch>)
      part.get_batch = [](const void* d, std::span<const std::int64_t> i) -> Batch { return static_cast<const D*>(d)->get_batch(i); };
    ends_.push_back(size() + dataset.size());
    part.dataset = std::make_shared<const D>(std::move(dataset));
    parts_.push_back(std::move(part));
  }
  std::int64_t size() const { return ends_.empty() ? 0 : ends_.back(); }
  Sample get(std::int64_t i) const {
    const detail::Found found = detail::find_part(ends_, i, "Concat");
    const Part& part = parts_[found.part];
    return part.get(part.dataset.get(), i - found.begin);
  }
  Batch get_batch(std::span<const std::int64_t> indices) const requires(!std::is_void_v<Batch>) {
    const detail::Scattered from = detail::scatter(ends_, indices, "Concat");
    std::vector<Batch> batches;
    for (std::size_t k = 0; k < from.parts.size(); ++k) {
      const Part& part = parts_[static_cast<std::size_t>(from.parts[k])];
      const auto begin = static_cast<std::size_t>(from.begins[k]), end = static_cast<std::size_t>(from.begins[k + 1]);
      batches.push_back(part.get_batch(part.dataset.get(), std::span(from.places).subspan(begin, end - begin)));
    }
    if (batches.size() == 1) return std::move(batches[0]);
    return detail::join(std::span<const Batch>(batches), from.rows);
  }

 private:
  struct Part {
    std::shared_ptr<const void> dataset;
    Sample (*get)(const void*, std::int64_t);
    Batch (*get_batch)(const void*, std::span<const std::int64_t>);
  };
  std::vector<Part> parts_;
  std::vector<std::int64_t> ends_;
};

namespace detail {
template <class D, class... More>
using ConcatOf = Concat<SampleOf<D>, std::conditional_t<joins<typename BatchOf<D>::type> &&
                                                            (std::same_as<typename BatchOf<D>::type, typename BatchOf<More>::type> && ...),
                                                        typename BatchOf<D>::type, void>>;
}

template <Dataset D, Dataset... More>
detail::ConcatOf<D, More...> concat(D first, More... more) {
  static_assert((std::same_as<SampleOf<D>, SampleOf<More>> && ...), "data::concat: all datasets give samples of one type");
  detail::ConcatOf<D, More...> out;
  out.add(std::move(first));
  (out.add(std::move(more)), ...);
  return out;
}
template <Dataset D>
detail::ConcatOf<D> concat(std::vector<D> datasets) {
  detail::ConcatOf<D> out;
  for (D& dataset : datasets) out.add(std::move(dataset));
  return out;
}

}  // namespace gradus::data
