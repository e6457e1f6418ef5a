// Batches of sequences of different length: Pad, a collate function, brings those of a batch to one length and keeps how long each was.
//   data::DataLoader loader(texts, {.batch_size = 32}, data::Pad{.value = 0});           // samples: (tokens [t], label)
//   for (auto [tokens, label] : loader) …                                             // tokens.values [32, longest], tokens.lengths [32]
// Tensors and vectors of numbers are padded, each member of a tuple by itself; what else is in a sample is stacked as ever (collate.h).
#pragma once
#include <gradus/data/loader/collate.h>
#include <gradus/data/loader/side.h>

namespace gradus::data {

struct Padded {
  Tensor values, lengths;                         // [n, longest, …]; i64 [n]
  bool left = false;                              // the gaps
  Tensor mask() const;                            // bool [n, longest], true where there is something
};

struct Pad {
  double value = 0;                               // what the gaps are filled with
  Side side = Side::right;                        // where the gaps are
  std::int64_t multiple_of = 1;                   // the common length is rounded up to one of these
  std::int64_t max_length = 0;                    // what is longer loses its end; 0: nothing does

  // Sequences [t, …] of one dtype, equal in all but t (a scalar is one of length 1, and the result then [n]). ShapeError, DtypeError,
  // ValueError for a value that the dtype cannot hold, multiple_of below 1, max_length below 0.
  Padded pad(std::span<const Array> sequences) const;

  template <class Sample>
  auto operator()(std::span<Sample> samples) const {
    if constexpr (detail::is_tuple<Sample>) {
      return [&]<std::size_t... i>(std::index_sequence<i...>) {
        return std::tuple(member(samples, [](Sample& s) -> auto& { return std::get<i>(s); })...);
      }(std::make_index_sequence<std::tuple_size_v<Sample>>());
    } else {
      return member(samples, [](Sample& s) -> Sample& { return s; });
    }
  }

 private:
  static const Array& sequence(const Array& a) { return a; }
  static const Array& sequence(const Tensor& t) { return t.value(); }
  template <class T>
    requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>)
  static Array sequence(const std::vector<T>& numbers) {
    Array out({static_cast<std::int64_t>(numbers.size())}, dtype_of<detail::Stored<T>>);
    auto* to = out.mutable_data<detail::Stored<T>>();
    for (const T number : numbers) *to++ = static_cast<detail::Stored<T>>(number);
    return out;
  }
  template <class Sample, class Member>
  auto member(std::span<Sample> samples, Member of) const {
    if constexpr (requires { sequence(of(samples[0])); }) {
      std::vector<Array> sequences;
      for (Sample& sample : samples) sequences.push_back(sequence(of(sample)));
      return pad(sequences);
    } else {
      return detail::stack_member(samples, of);
    }
  }
};

}  // namespace gradus::data
