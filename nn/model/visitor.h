// What a walk through a model (walk.h) tells, and whom: a Visitor.
//   struct Count : nn::Visitor { void parameter(const nn::Path&, Parameter&) override { ++n; } int n = 0; } count;
//   nn::walk(net, {}, count);
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/model/buffer.h>
#include <gradus/nn/model/stream.h>

namespace gradus::nn {

// Where in the model: a chain of names that becomes text only where it is needed. The empty name adds nothing.
struct Path {
  const Path* parent = nullptr;
  std::string_view name = {};
  std::string text() const;                                                 // "blocks.0.weight"
  void append_to(SmallVector<char, 128>& text) const;                       // the same without malloc
};

// What a layer gathers in training for its evaluation, by reference: batch norm's mean and variance. A layer of one's own that has such has a
// member `RunningStatistics running_statistics()`, for nn::update_batch_norm.
struct RunningStatistics {
  Array &mean, &var, &batches;              // undefined if not kept
  std::optional<double>& momentum;          // none: the mean of all batches
};

class Visitor {
 public:
  virtual void parameter(const Path&, Parameter&) {}
  virtual void buffer(const Path&, Array&) {}
  virtual void stream(const Path&, Stream&) {}
  virtual void mode(bool& training) { (void)training; }
  virtual void statistics(const RunningStatistics&) {}

  // For those that must not miss anything (thorough.h): an object whose listed fields have just been visited, one that is said to be no
  // part of the model, and whether functions are searched.
  virtual void listed(const Path&, const void* object, std::size_t bytes) { (void)object, (void)bytes; }
  virtual void passed_over(const void* object, std::size_t bytes) { (void)object, (void)bytes; }
  virtual bool searches() const { return false; }

 protected:
  ~Visitor() = default;
};

}  // namespace gradus::nn
