#include <gradus/data/transform/random.h>

#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/creation.h>
#include <gradus/data/dataset/tensor_dataset.h>
#include <gradus/data/loader/loader.h>
#include <gradus/data/transform/apply.h>
#include <gradus/data/transform/batches.h>

namespace gradus::data::random_transform_test {

// A picture whose pixels say where they are: 3 channels of 100·y + x, f32 or u8 (then 16·y + x).
Tensor places(std::int64_t h, std::int64_t w, Dtype dtype = f32) {
  Array a({3, h, w}, f32);
  for (std::int64_t i = 0; i < a.size(); ++i) a.mutable_data<float>()[i] = static_cast<float>(i / w % h * (dtype == u8 ? 16 : 100) + i % w);
  return a.to(dtype);
}

// Pictures of random bytes, augmented while they are made.
template <class F>
struct Augmented {
  Tensor pictures;
  F f;
  std::int64_t size() const { return pictures.dim(0); }
  auto get(std::int64_t i) const {
    return std::tuple(transform(f, Tensor(pictures.value().slice(0, i, i + 1).squeeze(0)), default_generator()), i % 4);
  }
};

TEST(RandomTransforms, DependOnTheSampleAloneForAnyNumberOfWorkers) {
  Generator g(1);
  const Tensor pictures = (rand({11, 3, 12, 10}, g).value().to(f32));
  Array bytes({11, 3, 12, 10}, u8);
  for (std::int64_t i = 0; i < bytes.size(); ++i) bytes.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(g.below(256));
  const auto augment =
      compose(RandomCrop{.height = 12, .width = 10, .padding = 2, .padding_mode = PaddingMode::reflect},
              RandomResizedCrop{.height = 8, .scale = {0.3, 1}}, RandomHorizontalFlip{}, RandomVerticalFlip{.p = 0.3},
              random_choice(RandomRotation{.mode = GridMode::bilinear}, RandomAffine{{-5, 5}, {0.1, 0.1}, {0.9, 1.1}, {-5, 5}, {-2, 2}}),
              random_apply(GaussianBlur{}, 0.5), ColorJitter{0.3, 0.3, 0.3, 0.1}, RandomGrayscale{.p = 0.2},
              GaussianNoise{.deviation = 0.02}, Normalize{}, RandomErasing{.noise = true});
  const auto epochs = [&](int workers, std::int64_t batch) {
    DataLoader loader(Augmented<decltype(augment)>{bytes, augment}, {.batch_size = batch, .seed = 3, .workers = workers});
    std::vector<double> all;
    for (int epoch = 0; epoch < 2; ++epoch)
      for (auto [x, label] : loader) {
        EXPECT_EQ(x.shape()[3], 8);
        for (const double v : x.value().to_vector()) all.push_back(v);
      }
    return all;
  };
  const auto alone = epochs(0, 4);
  EXPECT_EQ(alone.size(), 2u * 11 * 3 * 64);
  EXPECT_NE(std::vector(alone.begin(), alone.begin() + 11 * 192), std::vector(alone.begin() + 11 * 192, alone.end()));
  for (const int workers : {1, 3}) EXPECT_EQ(epochs(workers, 4), alone) << workers << " workers";
  EXPECT_EQ(epochs(3, 5), alone);

  const auto mixed = [&](int workers) {
    std::vector<double> all;
    DataLoader loader(TensorDataset(pictures, arange(11, i64)), {.batch_size = 4, .seed = 3, .workers = workers},
                      mixing(CutMix{.classes = 11}));
    for (auto [x, y] : loader)
      for (const Tensor& t : {x, y})
        for (const double v : t.value().to_vector()) all.push_back(v);
    return all;
  };
  EXPECT_EQ(mixed(3), mixed(0));
}

// The numbers of one seed, whoever asks: a change of what is drawn is a change of everybody's training.
TEST(RandomTransforms, DrawTheSameNumbersEverywhere) {
  Generator g(7);
  const Tensor x = places(6, 8);
  const RandomCrop crop{.height = 2, .padding = 1, .fill = -1};
  std::vector<double> corners;
  for (int i = 0; i < 6; ++i) corners.push_back(crop(x, g).value().at({0, 0, 0}));
  EXPECT_EQ(corners, (std::vector<double>{207, 203, 405, -1, 206, -1}));
}

TEST(RandomTransforms, ChooseEvenly) {
  Generator g(3);
  const Tensor x = places(6, 9);
  std::map<double, int> crops;
  int flips = 0, choices[3] = {}, applied = 0;
  const auto choose =
      random_choice([&](int i) { return ++choices[0], i; }, [&](int i) { return ++choices[1], i; }, [&](int i) { return ++choices[2], i; });
  const auto maybe = random_apply([](int i) { return i + 1; }, 0.2);
  for (int i = 0; i < 2000; ++i) {
    ++crops[RandomCrop{.height = 4, .width = 6}(x, g).value().at({0, 0, 0})];
    flips += RandomHorizontalFlip{.p = 0.25}(x, g).value().at({0, 0, 0}) == 8;
    choose(1, g);
    applied += maybe(0, g);
  }
  EXPECT_EQ(crops.size(), 12u);  // 3 x 4 corners
  for (const auto& [corner, count] : crops) EXPECT_NEAR(count, 2000 / 12, 60) << corner;
  EXPECT_NEAR(flips, 500, 90);
  EXPECT_NEAR(applied, 400, 80);
  for (const int count : choices) EXPECT_NEAR(count, 667, 100);
}

TEST(RandomTransforms, ResizedCropsKeepAreaAndProportion) {
  Generator g(4);
  const Tensor x = places(40, 60);
  double least = 1, most = 0, mean = 0;
  for (int i = 0; i < 400; ++i) {  // each row and column is the mean of what it covers: two tell the size of the crop
    const Array y = RandomResizedCrop{.height = 2, .scale = {0.1, 0.5}, .ratio = {0.5, 2}, .mode = Interpolation::nearest}(x, g).value();
    const double w = 2 * (y.at({0, 0, 1}) - y.at({0, 0, 0})), h = 2 * (y.at({0, 1, 0}) - y.at({0, 0, 0})) / 100;
    const double area = w * h / 2400;
    least = std::min(least, area), most = std::max(most, area), mean += area / 400;
    EXPECT_TRUE(w / h > 0.35 && w / h < 2.6) << w << " x " << h;
  }
  EXPECT_NEAR(least, 0.1, 0.04);
  EXPECT_NEAR(most, 0.5, 0.05);
  EXPECT_NEAR(mean, 0.3, 0.03);
  const Array whole = RandomResizedCrop{.height = 4, .width = 4, .scale = {1, 1}, .ratio = {2, 2}}(places(4, 4), g).value();  // none fits
  EXPECT_EQ(whole.shape(), (Shape{3, 4, 4}));
  EXPECT_EQ(RandomResizedCrop{.height = 3}(full({1, 1, 1}, 5, u8), g).value().to_vector(), std::vector<double>(9, 5));
}

TEST(RandomTransforms, ErasingAndNoiseHaveTheirLaws) {
  Generator g(5);
  const Tensor white = ones({1, 50, 40});
  int erased = 0;
  double area = 0;
  for (int i = 0; i < 400; ++i) {
    const Array y = RandomErasing{.p = 0.7, .scale = {0.1, 0.2}, .value = 0.25}(white, g).value();
    std::int64_t count = 0;
    for (const float v : y.span<float>()) count += v == 0.25f;
    erased += count > 0;
    area += static_cast<double>(count) / 2000;
    EXPECT_TRUE(count == 0 || (count > 170 && count < 430)) << count;
  }
  EXPECT_NEAR(erased, 280, 40);
  EXPECT_NEAR(area / erased, 0.15, 0.01);
  const Tensor grey = full({3, 60, 60}, 0.5);
  const auto moments = [](const Array& a) {
    double sum = 0, squares = 0;
    for (const double v : a.to_vector()) sum += v, squares += v * v;
    const double n = static_cast<double>(a.size());
    return std::pair(sum / n, std::sqrt(squares / n - sum / n * sum / n));
  };
  const auto [mean, deviation] = moments(GaussianNoise{.mean = 0.1, .deviation = 0.05}(grey, g).value());
  EXPECT_NEAR(mean, 0.6, 0.003);
  EXPECT_NEAR(deviation, 0.05, 0.002);
  const auto [mean_u8, deviation_u8] = moments(GaussianNoise{.deviation = 0.05}(full({3, 60, 60}, 100, u8), g).value());
  EXPECT_NEAR(mean_u8, 100, 0.6);
  EXPECT_NEAR(deviation_u8, 12.75, 0.5);
  for (const double v : GaussianNoise{.deviation = 3}(grey, g).value().to_vector()) EXPECT_TRUE(0 <= v && v <= 1);
}

TEST(RandomTransforms, JitterTakesEveryOrder) {
  const Tensor x = Array::from({0.9f, 0.2f, 0.4f, 0.3f, 0.8f, 0.5f}, {3, 1, 2});
  std::set<std::vector<double>> results;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Generator g(seed);
    results.insert(ColorJitter{0.5, 0.5, 0.5, 0.3}(x, g).value().to_vector());
  }
  EXPECT_EQ(results.size(), 60u);
  Generator g(1);
  EXPECT_EQ(ColorJitter{}(x, g).value().to_vector(), x.value().to_vector());
}

TEST(BatchTransforms, MixWithTheOneBefore) {
  Generator g(6);
  const Tensor images = Array::from({0.f, 0.f, 10.f, 10.f, 20.f, 20.f}, {3, 1, 1, 2}), labels = arange(3, i64);
  double mean = 0, squares = 0;
  for (int i = 0; i < 500; ++i) {
    const auto [x, y] = MixUp{.alpha = 2, .classes = 3}(images, labels, g);
    const double keep = y.value().at({1, 1});
    EXPECT_NEAR(y.value().at({1, 0}), 1 - keep, 1e-6);
    EXPECT_NEAR(y.value().at({0, 2}), 1 - keep, 1e-6);
    EXPECT_NEAR(x.value().at({1, 0, 0, 1}), 10 * keep, 1e-5);
    EXPECT_NEAR(x.value().at({0, 0, 0, 0}), 20 * (1 - keep), 1e-5);
    mean += keep / 500, squares += keep * keep / 500;
  }
  EXPECT_NEAR(mean, 0.5, 0.04);
  EXPECT_NEAR(squares - mean * mean, 0.05, 0.01);  // of Beta(2, 2)
  const Tensor large = Array::from(std::vector<float>{1, 2, 3}, {3, 1, 1, 1}).expand({3, 2, 20, 30}).contiguous_copy();
  for (int i = 0; i < 50; ++i) {
    const auto [x, y] = CutMix{.classes = 3}(large, labels, g);
    for (std::int64_t n = 0; n < 3; ++n) {
      double own = 0;
      for (std::int64_t k = 0; k < 1200; ++k) own += x.value().data<float>()[n * 1200 + k] == static_cast<float>(n + 1);
      EXPECT_NEAR(y.value().at({n, n}), own / 1200, 1e-5);
      EXPECT_NEAR(y.value().at({n, (n + 2) % 3}), 1 - own / 1200, 1e-5);
    }
  }
  const auto [one, soft] = MixUp{.classes = 2}(ones({1, 2}), arange(1, i64), g);  // a batch of one stays
  EXPECT_EQ(soft.value().to_vector(), (std::vector<double>{1, 0}));
  const auto [again, softer] = MixUp{}(ones({2, 2}), Array::from({0.5f, 0.5f, 1.f, 0.f}, {2, 2}), g);
  EXPECT_NEAR(softer.value().at({0, 0}) + softer.value().at({0, 1}), 1, 1e-6);
}

TEST(Transforms, ArePutTogether) {
  Generator g(1);
  const auto add = [](const auto& x) { return x + 1; };
  const auto both = compose(add, [](int i, Generator& random) { return static_cast<double>(i) + random.uniform(); });
  EXPECT_EQ(both(1, g), 2 + Generator(1).uniform());
  const auto [picture, label] = on<0>(compose(add, add))(std::tuple(5, 7), g);
  EXPECT_EQ(picture, 7);
  EXPECT_EQ(label, 7);
  const auto [as_is, hot] = on<1>(OneHot{3})(std::pair(2.5, std::int64_t{1}), g);
  EXPECT_EQ(as_is, 2.5);
  EXPECT_EQ(hot.value().to_vector(), (std::vector<double>{0, 1, 0}));
  EXPECT_EQ(compose()(3, g), 3);
  EXPECT_EQ(OneHot{2}(Tensor(Array::from({0, 1, 1}, {3, 1}))).shape(), (Shape{3, 1, 2}));
  EXPECT_EQ(Resize{.shorter = 4}(places(6, 9)).shape(), (Shape{3, 4, 6}));
  EXPECT_EQ(Resize{.shorter = 4}(places(9, 6)).shape(), (Shape{3, 6, 4}));
  EXPECT_EQ(Resize{.height = 4}(places(6, 9)).shape(), (Shape{3, 4, 4}));
  EXPECT_EQ((CenterCrop{.height = 2, .width = 3}(places(6, 9)).value().at({0, 0, 0})), 203);
}

template <class F>
void expect_value_error(F f, const std::string& words) {
  try {
    f();
    ADD_FAILURE() << "taken; should say: " << words;
  } catch (const ValueError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr(words));
  }
}

TEST(RandomTransforms, RefuseOptionsOutOfRange) {
  Generator g(1);
  const Tensor x = places(4, 4);
  expect_value_error([&] { RandomCrop{}(x, g); }, "needs a .height");
  expect_value_error([&] { RandomCrop{.height = 5}(x, g); }, "more than the picture [3, 4, 4] has");
  expect_value_error([&] { RandomResizedCrop{.height = 2, .scale = {0.5, 0.1}}(x, g); }, "scale runs from 0.5 to 0.1");
  expect_value_error([&] { RandomResizedCrop{.height = 2, .ratio = {0, 1}}(x, g); }, "ratio.0 must be");
  expect_value_error([&] { RandomHorizontalFlip{.p = 1.5}(x, g); }, "p must lie in [0, 1], not 1.5");
  expect_value_error([&] { RandomErasing{.p = -1}(x, g); }, "p must lie in [0, 1]");
  expect_value_error([&] { ColorJitter{.hue = 0.7}(x, g); }, "hue must lie in [0, 0.5]");
  expect_value_error([&] { RandomAffine{.shear_x = {0, 90}}(x, g); }, "shear_x.1 must lie in (-90, 90)");
  expect_value_error([&] { GaussianNoise{.deviation = -1}(x, g); }, "deviation");
  expect_value_error([&] { OneHot{3}(3); }, "class 3 of 3");
  expect_value_error([&] { OneHot{}(0); }, "needs .classes");
  expect_value_error([&] { random_apply(ToFloat{}, 2); }, "p must lie in [0, 1]");
  expect_value_error([&] { MixUp{.classes = 2}(ones({1, 2}), full({1}, 2, i64), g); }, "class 2 of 2");
  expect_value_error([&] { MixUp{.alpha = 0}(ones({1, 2}), full({1}, 2, i64), g); }, "alpha");
  EXPECT_THROW(MixUp{.classes = 2}(ones({2, 2}), full({1}, 1, i64), g), ShapeError);
  EXPECT_THROW(MixUp{.classes = 2}(ones({1, 2}, u8), full({1}, 1, i64), g), DtypeError);
  EXPECT_THROW(RandomErasing{.noise = true}(places(4, 4, u8), g), DtypeError);
}

}  // namespace gradus::data::random_transform_test
