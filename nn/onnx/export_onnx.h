// A model as an .onnx file, which onnxruntime and others run: its operations, found by calling it with a sample, and its weights under
// their names.
//   nn::export_onnx("net.onnx", net, sample);                                        // batches of any size: the sample's first dimension
//   nn::export_onnx("net.onnx", net, {tokens, mask}, {.input_names = {"tokens", "mask"}, .output_names = {"logits"}});
// In evaluation: dropout is gone, batch norm has its running statistics. What ONNX cannot say is an error that names operation and layer.
// docs/weights.md says what it can.
#pragma once
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/autograd/base/describe/reflect.h>
#include <gradus/autograd/base/file_name.h>
#include <gradus/nn/model/module.h>

namespace gradus::nn {

struct OnnxExportOptions {
  std::vector<std::string> input_names = {}, output_names = {};   // left out: "input", or "input0", "input1", …; "output", …
  bool dynamic_batch = true;      // batches of any size, along `batch_axis` of all inputs; false: the sample's
  int batch_axis = 0;
  int opset = 17;                 // 17 to 20
  bool external_data = false;     // large weights in FILE.data beside the file; needed from 2 GB on
};

namespace detail {

// Everything that a model returns, one tensor after the other.
template <class T>
void list_tensors(std::vector<Tensor>& all, const T& thing) {
  if constexpr (std::is_same_v<T, Tensor>) {
    if (thing.defined()) all.push_back(thing);
  } else if constexpr (requires { thing.begin(); thing.end(); }) {
    for (const auto& each : thing) list_tensors(all, each);
  } else if constexpr (requires { std::tuple_size<T>::value; }) {
    std::apply([&](const auto&... each) { (list_tensors(all, each), ...); }, thing);
  } else if constexpr (std::is_aggregate_v<T>) {
    reflect::each_member(thing, [&](std::string_view, const auto& each) { list_tensors(all, each); });
  }
}

void export_onnx(const FileName& file, const ConstModuleRef& net, std::vector<Tensor> (*call)(const void*, std::span<const Tensor>),
                 const void* context, std::span<const Tensor> samples, const OnnxExportOptions& options);

template <class Net>
std::vector<Tensor> call_with_all(const Net& net, std::span<const Tensor> x) {
  std::vector<Tensor> all;
  const auto with = [&]<std::size_t... i>(std::index_sequence<i...>) -> bool {
    if constexpr (std::is_invocable_v<const Net&, decltype((void(i), x[0]))...>) {
      if (x.size() == sizeof...(i)) return list_tensors(all, net(x[i]...)), true;
    }
    return false;
  };
  if constexpr (std::is_invocable_v<const Net&, std::span<const Tensor>>) {
    list_tensors(all, net(x));
  } else if constexpr (std::is_invocable_v<const Net&, std::vector<Tensor>>) {
    list_tensors(all, net(std::vector<Tensor>(x.begin(), x.end())));
  } else {
    static_assert(std::is_invocable_v<const Net&, const Tensor&> || std::is_invocable_v<const Net&, const Tensor&, const Tensor&> ||
                      std::is_invocable_v<const Net&, const Tensor&, const Tensor&, const Tensor&> ||
                      std::is_invocable_v<const Net&, const Tensor&, const Tensor&, const Tensor&, const Tensor&>,
                  "export_onnx: a const net is called with one to four tensors; for other calls give it a function of their span, which "
                  "calls the net");
    const bool called = with(std::make_index_sequence<1>{}) || with(std::make_index_sequence<2>{}) || with(std::make_index_sequence<3>{}) ||
                        with(std::make_index_sequence<4>{});
    check<ValueError>(called, "export_onnx: the model does not take ", x.size(), " tensors");
  }
  return all;
}

}  // namespace detail

// ValueError for what ONNX cannot say (also for a model whose operations hang from the numbers in the sample, or, with dynamic_batch, from
// its batch); FileError. The model is called a few times with the sample and others like it; it is as before afterwards.
template <class Net>
void export_onnx(const FileName& file, const Net& net, const std::vector<Tensor>& samples, const OnnxExportOptions& options = {}) {
  const auto call = [](const void* context, std::span<const Tensor> x) {
    return detail::call_with_all(*static_cast<const Net*>(context), x);
  };
  detail::export_onnx(file, net, call, &net, samples, options);
}
template <class Net>
void export_onnx(const FileName& file, const Net& net, std::initializer_list<Tensor> samples, const OnnxExportOptions& options = {}) {
  export_onnx(file, net, std::vector<Tensor>(samples), options);
}
template <class Net>
void export_onnx(const FileName& file, const Net& net, const Tensor& sample, const OnnxExportOptions& options = {}) {
  export_onnx(file, net, std::vector<Tensor>{sample}, options);
}
// A part of a model, or one that is called otherwise: f(std::span<const Tensor>) calls it, and returns tensors in any form.
template <class Net, class F>
  requires std::is_invocable_v<const F&, std::span<const Tensor>>
void export_onnx(const FileName& file, const Net& net, const std::vector<Tensor>& samples, const F& f,
                 const OnnxExportOptions& options = {}) {
  const auto call = [](const void* context, std::span<const Tensor> x) {
    std::vector<Tensor> all;
    detail::list_tensors(all, (*static_cast<const F*>(context))(x));
    return all;
  };
  detail::export_onnx(file, net, call, &f, samples, options);
}

}  // namespace gradus::nn
