// OpListener: hears of every operation of its thread, once its results are there, while it lives.
#pragma once
#include <span>
#include <string_view>

#include <gradus/autograd/tape/node.h>

namespace gradus::detail {

class OpOptions;

// An operation that has been done.
struct Heard {
  std::string_view name;
  std::span<const Tensor* const> inputs;
  std::span<const Array> outputs;
  const Node* node = nullptr;        // has kept all that it keeps for backward; null where the operation is not recorded
  const Node* op = nullptr;          // the operation itself, on the tape or not; null for those that never come there,
  const OpOptions* told = nullptr;   // which say this of themselves (described.h)
};

class OpListener {
 public:
  OpListener();
  OpListener(const OpListener&) = delete;
  virtual void hear(const Heard& operation) = 0;

 protected:
  ~OpListener();

 private:
  friend bool tell_listeners(const Heard&);
  OpListener* outer_;
  unsigned mode_before_;
};

// Whether a listener is all that there is: nobody looks for anomalies beside.
bool tell_listeners(const Heard& operation);

}  // namespace gradus::detail
