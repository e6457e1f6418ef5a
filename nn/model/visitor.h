// What a walk through a model (walk.h) tells, and whom: a Visitor.
//   struct Count : nn::Visitor { void parameter(const nn::Path&, Parameter&) override { ++n; } int n = 0; } count;
//   nn::walk(net, {}, count);
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <typeinfo>

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

// Something that a layer offers to those who ask for that type, beside its parameters, buffers, streams and mode: what its member
// `offers()` returned, such as batch norm's running statistics (nn/layers/running_statistics.h), which the walk itself knows nothing of.
class Offer {
 public:
  template <class T> explicit Offer(T& thing) : thing_(&thing), type_(&typeid(T)) {}
  template <class T> T* get_if() const { return *type_ == typeid(T) ? static_cast<T*>(thing_) : nullptr; }

 private:
  void* thing_;
  const std::type_info* type_;
};

// A layer, container or struct that a walk comes to, before what is inside: where it lies, and its class.
struct VisitedModule {
  void* object;
  const std::type_info* type;
  const std::type_info* called_as;           // a base class, where that has the call operator
  bool seen;                                 // whether calls of that class are: call.h
  template <class T> T* get_if() const { return *type == typeid(T) ? static_cast<T*>(object) : nullptr; }
};

class Visitor {
 public:
  virtual void module(const Path&, const VisitedModule&) {}
  virtual void parameter(const Path&, Parameter&) {}
  virtual void buffer(const Path&, Array&) {}
  virtual void stream(const Path&, Stream&) {}
  virtual void mode(bool& training) { (void)training; }
  virtual void offer(const Path&, const Offer&) {}
  virtual void parametrized(const Path&, Parameter& weight) { (void)weight; }   // computed from parameters that are visited next
  virtual void uninitialised(const Path&) {}                                 // a lazy layer that has no parameters yet (lazy.h)

  // For those that must not miss anything (thorough.h): an object whose listed fields have just been visited, one that is said to be no
  // part of the model, and whether functions are searched.
  virtual void listed(const Path&, const void* object, std::size_t bytes) { (void)object, (void)bytes; }
  virtual void passed_over(const void* object, std::size_t bytes) { (void)object, (void)bytes; }
  virtual bool searches() const { return false; }

 protected:
  ~Visitor() = default;
};

}  // namespace gradus::nn
