// What the tools of this folder make of a net, a loss and a batch, as train::fit does: a batch is a tuple (input…, target), for net(input…)
// and loss(prediction, target). An opt-in header, not in <gradus/gradus.h>.
//   Tensor loss = train::batch_loss(net, nn::CrossEntropyLoss(), std::tuple(image, label));
#pragma once
#include <tuple>
#include <type_traits>
#include <utility>

#include <gradus/autograd/tape/tensor.h>

namespace gradus::train {

template <class Batch> concept BatchTuple = requires { std::tuple_size<std::remove_cvref_t<Batch>>::value; };

template <class Net, class Loss, BatchTuple Batch>
Tensor batch_loss(Net& net, Loss& loss, const Batch& batch) {
  constexpr std::size_t n = std::tuple_size_v<Batch> - 1;
  static_assert(n > 0, "a batch is a tuple (input…, target)");
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return Tensor(loss(net(std::get<i>(batch)...), std::get<n>(batch)));
  }(std::make_index_sequence<n>());
}

}  // namespace gradus::train
