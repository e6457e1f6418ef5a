// OpListener: hears of every operation of its thread, once its results are there, while it lives.
#pragma once
#include <span>
#include <string_view>

#include <gradus/autograd/tape/node.h>

namespace gradus::detail {

class OpListener {
 public:
  OpListener();
  OpListener(const OpListener&) = delete;
  // The node has kept all that it keeps for backward; null where the operation is not recorded.
  virtual void hear(std::string_view name, std::span<const Tensor* const> inputs, std::span<const Array> outputs, const Node* node) = 0;

 protected:
  ~OpListener();

 private:
  friend bool tell_listeners(std::string_view, std::span<const Tensor* const>, std::span<const Array>, const Node*);
  OpListener* outer_;
  unsigned mode_before_;
};

// Whether a listener is all that there is: nobody looks for anomalies beside.
bool tell_listeners(std::string_view name, std::span<const Tensor* const> inputs, std::span<const Array> outputs, const Node* node);

}  // namespace gradus::detail
