// What the Fashion-MNIST examples share: the pictures, the measuring, the report at the end.
#pragma once
#include <gradus/gradus.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "support/pictures.h"
#include "support/tables.h"

namespace support {

inline const std::vector<std::string> clothes = {"T-shirt", "trouser", "pullover", "dress", "coat",
                                                 "sandal",  "shirt",   "sneaker",  "bag",   "boot"};

using Images = Pictures;

// Training and test pictures in batches, normalised.
template <class Options>
std::pair<Images, Images> fashion_mnist(const Options& options) {
  namespace data = gradus::data;
  const data::Normalisation usual = data::FashionMnistOptions{}.normalisation;
  return {Images(pictures(data::Split::train, options, usual),
                 {.batch_size = options.batch, .shuffle = true, .seed = options.seed, .workers = 1}),
          Images(pictures(data::Split::test, options, usual), {.batch_size = 500})};
}

// The mean of numbers that stand for several samples each.
class Average {
 public:
  void add(double value, std::int64_t samples) { sum_ += value * static_cast<double>(samples), samples_ += samples; }
  double value() const { return sum_ / static_cast<double>(samples_); }

 private:
  double sum_ = 0;
  std::int64_t samples_ = 0;
};

struct Result {
  double accuracy = 0;
  std::vector<std::int64_t> confusion = std::vector<std::int64_t>(100);   // [truth * 10 + prediction]
};

// How good the network is on these pictures, in evaluation mode.
template <class Net>
Result test(Net& net, Images& images) {
  const gradus::NoGrad guard;
  gradus::nn::eval(net);
  Result result;
  std::int64_t right = 0;
  for (auto [image, label] : images) {
    const gradus::Tensor prediction = gradus::argmax(net(image), 1);
    const auto truth = label.value().template span<std::int64_t>(), guess = prediction.value().template span<std::int64_t>();
    for (std::size_t i = 0; i < truth.size(); ++i) ++result.confusion[truth[i] * 10 + guess[i]], right += truth[i] == guess[i];
  }
  gradus::nn::train(net);
  result.accuracy = static_cast<double>(right) / static_cast<double>(images.samples());
  return result;
}

// Draws loss and accuracy into --picture, or a file beside the program, and says where.
inline void draw_curves(const std::string& picture, const std::string& program, const std::string& title,
                        const std::vector<Epoch>& epochs) {
  namespace drawing = gradus::drawing;
  const auto curve = [&](const char* name, double Epoch::*value) {
    drawing::Curve out{.style = drawing::Curve::Style::dotted};
    for (const Epoch& epoch : epochs) out.y.push_back(epoch.*value);
    out.name = gradus::text(name, " ", out.y.empty() ? 0 : std::round(out.y.back() * 1e4) / 1e4);
    return out;
  };
  const drawing::Axis epoch{.title = "epoch"};
  const drawing::Chart loss{.title = "loss", .x = epoch, .curves = {curve("train", &Epoch::loss)}, .first = 1};
  drawing::Chart accuracy{.title = "accuracy", .x = epoch, .first = 1};
  accuracy.curves = {curve("train", &Epoch::train_accuracy), curve("test", &Epoch::test_accuracy)};
  const std::string file = picture.empty() ? program + ".svg" : picture;
  const std::string path = std::filesystem::absolute(file).lexically_normal().string();
  try {
    drawing::Figure{.title = title, .charts = {loss, accuracy}, .across = 2, .width = 440, .height = 280}.save_svg(path);
    std::printf("\ncurves: %s\n", path.c_str());
  } catch (const gradus::FileError& error) {
    std::printf("\ncould not draw the curves: %s\n", error.what());
  }
}

}  // namespace support
