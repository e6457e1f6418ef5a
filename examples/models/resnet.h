// ResNet (He et al., "Deep Residual Learning for Image Recognition", 2015) with torchvision's names, so that its files load without a map.
//   auto net = models::resnet(models::resnet18);   nn::load(net, "resnet18.safetensors");   nn::eval(net);   Tensor logits = net(images);
// Images [N, 3, H, W] → [N, classes]. torchvision: torchvision.models.resnet18().state_dict().
#pragma once
#include <array>
#include <optional>
#include <vector>

#include <gradus/gradus.h>

namespace models {

using namespace gradus;

struct ResNetOptions {
  std::array<int, 4> blocks = {2, 2, 2, 2};
  bool bottleneck = false;
  std::int64_t classes = 1000, width = 64;   // of the first layer; the others have two, four and eight times that
};
inline constexpr ResNetOptions resnet18{}, resnet34{.blocks = {3, 4, 6, 3}}, resnet50{.blocks = {3, 4, 6, 3}, .bottleneck = true};

// Two convolutions, or three in a bottleneck, and what came in is added to what they make of it.
struct ResNetBlock {
  nn::Conv2d conv1;
  nn::BatchNorm2d bn1;
  nn::Conv2d conv2;
  nn::BatchNorm2d bn2;
  std::optional<nn::Conv2d> conv3 = {};
  std::optional<nn::BatchNorm2d> bn3 = {};
  std::optional<nn::Sequential<nn::Conv2d, nn::BatchNorm2d>> downsample = {};

  Tensor operator()(const Tensor& x) const {
    const Tensor shortcut = downsample ? (*downsample)(x) : x, inner = conv2(bn1.relu(conv1(x)));
    return conv3 ? bn3->relu((*conv3)(bn2.relu(inner)), shortcut) : bn2.relu(inner, shortcut);
  }
};

inline ResNetBlock resnet_block(std::int64_t in, std::int64_t width, std::int64_t stride, bool bottleneck) {
  const auto conv = [](std::int64_t from, std::int64_t to, std::int64_t kernel, std::int64_t step) {
    return nn::Conv2d{from, to, {.kernel = kernel, .stride = step, .padding = kernel / 2, .bias = false}};
  };
  const std::int64_t out = bottleneck ? 4 * width : width;
  ResNetBlock block{.conv1 = bottleneck ? conv(in, width, 1, 1) : conv(in, width, 3, stride),
                    .bn1 = nn::BatchNorm2d{width},
                    .conv2 = bottleneck ? conv(width, width, 3, stride) : conv(width, width, 3, 1),
                    .bn2 = nn::BatchNorm2d{width}};
  if (bottleneck) block.conv3 = conv(width, out, 1, 1), block.bn3 = nn::BatchNorm2d{out};
  if (stride != 1 || in != out) block.downsample.emplace(conv(in, out, 1, stride), nn::BatchNorm2d{out});
  return block;
}

struct ResNet {
  nn::Conv2d conv1;
  nn::BatchNorm2d bn1;
  std::vector<ResNetBlock> layer1, layer2, layer3, layer4;
  nn::Linear fc;

  Tensor operator()(const Tensor& images) const {
    Tensor x = max_pool2d(bn1.relu(conv1(images)), {.kernel = 3, .stride = 2, .padding = 1});
    for (const auto* layer : {&layer1, &layer2, &layer3, &layer4})
      for (const ResNetBlock& block : *layer) x = block(x);
    return fc(flatten(adaptive_avg_pool2d(x, 1), 1));
  }
};

inline ResNet resnet(const ResNetOptions& options) {
  const std::int64_t last = 8 * options.width * (options.bottleneck ? 4 : 1);
  ResNet net{.conv1 = nn::Conv2d{3, options.width, {.kernel = 7, .stride = 2, .padding = 3, .bias = false}},
             .bn1 = nn::BatchNorm2d{options.width}, .layer1 = {}, .layer2 = {}, .layer3 = {}, .layer4 = {},
             .fc = nn::Linear{last, options.classes}};
  std::int64_t in = options.width, width = options.width, stride = 1;
  std::size_t i = 0;
  for (auto* layer : {&net.layer1, &net.layer2, &net.layer3, &net.layer4}) {
    for (int block = 0; block < options.blocks[i]; ++block) {
      layer->push_back(resnet_block(in, width, block == 0 ? stride : 1, options.bottleneck));
      in = options.bottleneck ? 4 * width : width;
    }
    width *= 2, stride = 2, ++i;
  }
  return net;
}

}  // namespace models
