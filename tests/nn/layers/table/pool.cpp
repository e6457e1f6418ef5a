#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/layers/pool.h>

#include "nn/layers/table.h"

namespace gradus::pool_layers {

// With PyTorch's return_indices.
constexpr auto both = [](const auto& f, const Tensors& x) -> Tensors {
  auto [y, at] = f.with_indices(x[0]);
  return {y, at};
};
constexpr auto unpooled = [](const auto& f, const Tensors& x) -> Tensors { return {f(x[0], x[1])}; };

// Those of golden/make_layers_pool.py.
Tensor samples(const Tensor& x, int dims) {
  const Tensor all(Array::from<double>({0.3, 0.7, 0.1, 0.05, 0.4, 0.8, 0.9, 0.2, 0.6, 0.5, 0.95, 0.35}, {2, 2, 3}));
  const bool batched = x.rank() == dims + 2;
  return narrow(narrow(narrow(all, 2, 0, dims), 1, 0, x.dim(batched ? 1 : 0)), 0, 0, batched ? x.dim(0) : 1);
}
constexpr auto fractional = [](const auto& f, const Tensors& x) -> Tensors {
  constexpr bool images = std::is_same_v<std::remove_cvref_t<decltype(f)>, nn::FractionalMaxPool2d>;
  auto [y, at] = f.with_indices(x[0], samples(x[0], images ? 2 : 3));
  return {y, at};
};
constexpr auto fractional_values = [](const auto& f, const Tensors& x) -> Tensors { return {fractional(f, x)[0]}; };

const LayerRows family{
    {.layer = "MaxPool1d", .golden = "max_pool1d", .make = layer([] { return nn::MaxPool1d{2}; })},
    {.layer = "MaxPool1d", .golden = "max_pool1d_options",
     .make = layer([] { return nn::MaxPool1d{{.kernel = 3, .stride = 2, .padding = 1, .dilation = 2, .ceil_mode = true}}; }, both),
     .batch = -1},
    {.layer = "MaxPool2d", .golden = "max_pool2d", .make = layer([] { return nn::MaxPool2d{{.kernel = 3, .stride = 2, .padding = 1}}; })},
    {.layer = "MaxPool2d", .golden = "max_pool2d_options",
     .make = layer([] {
       return nn::MaxPool2d{{.kernel = {2, 3}, .stride = {2, 1}, .padding = {0, 1}, .dilation = {2, 1}, .ceil_mode = true}};
     }, both)},
    {.layer = "MaxPool3d", .golden = "max_pool3d", .make = layer([] { return nn::MaxPool3d{2}; })},
    {.layer = "MaxPool3d", .golden = "max_pool3d_options",
     .make = layer([] {
       return nn::MaxPool3d{{.kernel = {1, 2, 2}, .stride = {1, 2, 1}, .padding = {0, 1, 0}, .ceil_mode = true}};
     }, both), .batch = -1},
    {.layer = "AdaptiveMaxPool1d", .golden = "adaptive_max_pool1d", .make = layer([] { return nn::AdaptiveMaxPool1d{3}; })},
    {.layer = "AdaptiveMaxPool1d", .golden = "adaptive_max_pool1d_indices", .make = layer([] { return nn::AdaptiveMaxPool1d{2}; }, both),
     .batch = -1},
    {.layer = "AdaptiveMaxPool2d", .golden = "adaptive_max_pool2d",
     .make = layer([] { return nn::AdaptiveMaxPool2d{{2, unchanged}}; })},
    {.layer = "AdaptiveMaxPool2d", .golden = "adaptive_max_pool2d_indices", .make = layer([] { return nn::AdaptiveMaxPool2d{2}; }, both),
     .batch = -1},
    {.layer = "AdaptiveMaxPool3d", .golden = "adaptive_max_pool3d",
     .make = layer([] { return nn::AdaptiveMaxPool3d{{unchanged, 2, unchanged}}; }, both)},
    {.layer = "MaxUnpool1d", .golden = "max_unpool1d",
     .make = layer([] { return nn::MaxUnpool1d{2}; }, [](const auto& f, const Tensors& x) -> Tensors { return {f(x[0], x[1], {5})}; })},
    {.layer = "MaxUnpool1d", .golden = "max_unpool1d_one_sample", .make = layer([] { return nn::MaxUnpool1d{{.kernel = 2}}; }, unpooled),
     .batch = -1},
    {.layer = "MaxUnpool2d", .golden = "max_unpool2d",
     .make = layer([] { return nn::MaxUnpool2d{2}; },
                   [](const auto& f, const Tensors& x) -> Tensors { return {f(x[0], x[1], {x[0].dim(0), 1, 4, 5})}; })},
    {.layer = "MaxUnpool2d", .golden = "max_unpool2d_one_sample", .make = layer([] { return nn::MaxUnpool2d{2}; }, unpooled), .batch = -1},
    {.layer = "MaxUnpool3d", .golden = "max_unpool3d",
     .make = layer([] { return nn::MaxUnpool3d{2}; },
                   [](const auto& f, const Tensors& x) -> Tensors { return {f(x[0], x[1], {2, 3, 4})}; })},
    {.layer = "MaxUnpool3d", .golden = "max_unpool3d_one_sample", .make = layer([] { return nn::MaxUnpool3d{2}; }, unpooled), .batch = -1},
    {.layer = "FractionalMaxPool2d", .golden = "fractional_max_pool2d",
     .make = layer([] { return nn::FractionalMaxPool2d{{.kernel = {2, 3}, .output_size = {3, 2}}}; }, fractional)},
    {.layer = "FractionalMaxPool2d", .golden = "fractional_max_pool2d_ratio",
     .make = layer([] { return nn::FractionalMaxPool2d{{.output_ratio = {0.5, 0.7}}}; }, fractional_values), .batch = -1},
    {.layer = "FractionalMaxPool3d", .golden = "fractional_max_pool3d",
     .make = layer([] { return nn::FractionalMaxPool3d{{.kernel = {1, 2, 3}, .output_size = {3, 2, 2}}}; }, fractional)},
    {.layer = "FractionalMaxPool3d", .golden = "fractional_max_pool3d_ratio",
     .make = layer([] { return nn::FractionalMaxPool3d{{.output_ratio = {0.5, 0.7, 0.4}}}; }, fractional_values), .batch = -1},

    {.layer = "AvgPool1d", .golden = "avg_pool1d", .make = layer([] { return nn::AvgPool1d{2}; })},
    {.layer = "AvgPool1d", .golden = "avg_pool1d_options",
     .make = layer([] {
       return nn::AvgPool1d{{.kernel = 3, .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}};
     }), .batch = -1},
    {.layer = "AvgPool2d", .golden = "avg_pool2d", .make = layer([] { return nn::AvgPool2d{2}; })},
    {.layer = "AvgPool2d", .golden = "avg_pool2d_options",
     .make = layer([] {
       return nn::AvgPool2d{{.kernel = {3, 2}, .stride = {2, 1}, .padding = {1, 0}, .ceil_mode = true, .count_include_pad = false}};
     })},
    {.layer = "AvgPool2d", .golden = "avg_pool2d_divisor",
     .make = layer([] { return nn::AvgPool2d{{.kernel = 2, .padding = 1, .divisor_override = 3}}; }), .batch = -1},
    {.layer = "AvgPool3d", .golden = "avg_pool3d", .make = layer([] { return nn::AvgPool3d{2}; })},
    {.layer = "AvgPool3d", .golden = "avg_pool3d_options",
     .make = layer([] {
       return nn::AvgPool3d{{.kernel = {1, 2, 2}, .stride = {1, 2, 1}, .padding = {0, 1, 1}, .ceil_mode = true,
                             .count_include_pad = false, .divisor_override = 3}};
     }), .batch = -1},
    {.layer = "AdaptiveAvgPool1d", .golden = "adaptive_avg_pool1d", .make = layer([] { return nn::AdaptiveAvgPool1d{3}; })},
    {.layer = "AdaptiveAvgPool2d", .golden = "adaptive_avg_pool2d",
     .make = layer([] { return nn::AdaptiveAvgPool2d{{unchanged, 2}}; })},
    {.layer = "AdaptiveAvgPool2d", .golden = "adaptive_avg_pool2d_one_sample", .make = layer([] { return nn::AdaptiveAvgPool2d{1}; }),
     .batch = -1},
    {.layer = "AdaptiveAvgPool3d", .golden = "adaptive_avg_pool3d",
     .make = layer([] { return nn::AdaptiveAvgPool3d{{2, unchanged, 2}}; })},
    {.layer = "LPPool1d", .golden = "lp_pool1d", .make = layer([] { return nn::LPPool1d{2, 2}; })},
    {.layer = "LPPool1d", .golden = "lp_pool1d_options",
     .make = layer([] { return nn::LPPool1d{4, {.kernel = 3, .stride = 2, .ceil_mode = true}}; }), .batch = -1},
    {.layer = "LPPool2d", .golden = "lp_pool2d", .make = layer([] { return nn::LPPool2d{2, 2}; })},
    {.layer = "LPPool2d", .golden = "lp_pool2d_options",
     .make = layer([] { return nn::LPPool2d{1, {.kernel = {2, 3}, .stride = 1}}; })},
    {.layer = "LPPool3d", .golden = "lp_pool3d", .make = layer([] { return nn::LPPool3d{4, 2}; })},
};

}  // namespace gradus::pool_layers
