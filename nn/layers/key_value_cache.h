// KeyValueCache: what an attention layer has read so far, so that writing a text word by word costs one row a word. It is the caller's, and
// the layer's call stays const; a copy goes on by itself (beam search). Without gradients: where something is recorded it is refused.
//   nn::KeyValueCache cache;
//   const NoGrad guard;
//   for (…) y = attention(x, x, x, {.need_weights = false, .is_causal = true, .cache = &cache}).output;   // x: the rows that are new
// A stack of layers takes one for each: std::vector<nn::KeyValueCache> (transformer.h). A decoder's has the memory's keys and values, too.
#pragma once
#include <cstdint>
#include <utility>

#include <gradus/autograd/tape/tensor.h>

namespace gradus::nn {

class KeyValueCache {
 public:
  std::int64_t length() const { return length_; }            // rows that have been read
  void clear() { *this = KeyValueCache(); }
  void truncate(std::int64_t length);                        // forgets all rows but the first ones; ValueError for more than there are
  // Sample i goes on from what sample samples[i] has read; i64 [N]. ValueError out of range.
  void reorder(const Tensor& samples);

  // What a memory, the same rows at every call, was projected to: keys and values [N, H, S, D], which are kept as long as key and value are
  // the very tensors that they were; null for others. Weights that have changed since want clear().
  const std::pair<Tensor, Tensor>* of_memory(const Tensor& key, const Tensor& value) const;
  void keep_memory(const Tensor& key, const Tensor& value, const Tensor& keys, const Tensor& values);

  // Behind what is there come keys [N, H, L, D] and values [N, H, L, Dv]; gives all of them. Nothing changes when it is refused:
  // ShapeError and DtypeError unless N, H, D, Dv and dtype are as before, GraphError for what is recorded.
  std::pair<Tensor, Tensor> append(const Tensor& keys, const Tensor& values);

 private:
  Array keys_, values_;                                      // [N, H, room, D]: rows from length_ on are free
  std::int64_t length_ = 0;
  Tensor memory_key_, memory_value_;
  std::pair<Tensor, Tensor> memory_;
};

}  // namespace gradus::nn
