// PassedOver: a member that is no part of the model, whatever is inside: not trained, not saved, not reached by train() and eval(). For
// what belongs to somebody else (a pointer to a layer that stands elsewhere in the model, a teacher) and for classes that a walk cannot
// see into. It is used as what it holds.
//   struct Decoder {
//     nn::PassedOver<nn::Embedding*> words;           // the encoder's; words->weight, (*words)(x)
//     nn::PassedOver<Tokenizer> tokenizer{"en"};      // tokenizer->encode(text)
//     nn::Linear output{64, 1000};
//   };
#pragma once
#include <type_traits>
#include <utility>

#include <gradus/autograd/base/describe/reflect.h>

namespace gradus::nn {

template <class T>
class PassedOver {
 public:
  template <class... From>
    requires(std::is_constructible_v<T, From...> && !(std::is_same_v<std::remove_cvref_t<From>, PassedOver> || ...) &&
             !(reflect::is_probe<From> || ...))
  PassedOver(From&&... from) : value_(std::forward<From>(from)...) {}

  T& get() { return value_; }
  const T& get() const { return value_; }
  operator T&() { return value_; }
  operator const T&() const { return value_; }
  // Of a pointer what it points to, of anything else the thing itself.
  decltype(auto) operator*() { return pointee(value_); }
  decltype(auto) operator*() const { return pointee(value_); }
  template <class... Args>
    requires std::is_invocable_v<const T&, Args...>
  decltype(auto) operator()(Args&&... args) const {
    return value_(std::forward<Args>(args)...);
  }
  auto operator->() { return &**this; }
  auto operator->() const { return &**this; }

 private:
  template <class V>
  static auto& pointee(V& value) {
    if constexpr (requires { *value; value.operator->(); } || std::is_pointer_v<T>) return *value;
    else return value;
  }
  T value_;
};

}  // namespace gradus::nn
