// Damaged checkpoints are errors, whichever bit is wrong and wherever the file ends, and change nothing; those of earlier versions load.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/train/checkpoint/checkpoint.h>

#include <message_of.h>
#include <support.h>
#include <temporary_folder.h>

namespace damage_test {

using namespace gradus;
using ::testing::HasSubstr;

struct Net {
  nn::Linear only{2, 1};
  nn::Dropout drop{0.5};
  Tensor operator()(const Tensor& x) const { return drop(only(x)); }
};
struct Stand {
  Net net;
  optim::SGD sgd{nn::parameters(net), {.lr = 0.125, .momentum = 0.5}};
  Generator random{7};
  std::vector<train::Part> parts() { return {{"model", net}, {"optimizer", sgd}, {"random", random}}; }
  void step() {
    sgd.zero_grad();
    sum(net(full({1, 2}, random.uniform()))).backward();
    sgd.step();
  }
  State state() {
    const std::vector<train::Part> all = parts();
    return sum_of_states(std::vector<StatePart>(all.begin(), all.end()));
  }
};
bool same(const State& a, const State& b) {
  if (a.values != b.values || a.arrays.size() != b.arrays.size()) return false;
  for (const auto& [name, array] : a.arrays)
    if (!b.arrays.contains(name) || array.to_vector() != b.arrays.at(name).to_vector()) return false;
  return true;
}

TEST(Damage, OfAnyBitAndAnyLengthIsFound) {
  const TemporaryFolder folder;
  manual_seed(5);
  Stand written, here;
  written.step();
  const std::string file = (folder / "run.safetensors").string();
  train::save_checkpoint(file, written.parts());
  std::string bytes;
  {
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  const State before = here.state();
  const std::vector<train::Part> parts = here.parts();
  const auto refused = [&] {
    try {
      train::load_checkpoint(file, parts);
    } catch (const FileError& e) {
      return std::string(e.what()).find("run.safetensors") != std::string::npos;
    } catch (const Error& e) {
      ADD_FAILURE() << e.what();
    }
    return false;
  };
  const int descriptor = ::open(file.c_str(), O_RDWR);
  ASSERT_GE(descriptor, 0);
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      const char changed = static_cast<char>(bytes[at] ^ (1 << bit));
      ASSERT_EQ(::pwrite(descriptor, &changed, 1, static_cast<off_t>(at)), 1);
      EXPECT_TRUE(refused()) << "bit " << bit << " of byte " << at << ", '" << bytes[at] << "'";
      ASSERT_EQ(::pwrite(descriptor, &bytes[at], 1, static_cast<off_t>(at)), 1);
    }
  ASSERT_EQ(::ftruncate(descriptor, static_cast<off_t>(bytes.size()) + 1), 0);
  EXPECT_TRUE(refused());
  for (std::size_t length = bytes.size(); length-- > 0;) {
    ASSERT_EQ(::ftruncate(descriptor, static_cast<off_t>(length)), 0);
    EXPECT_TRUE(refused()) << length;
  }
  ASSERT_EQ(::pwrite(descriptor, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  ::close(descriptor);
  EXPECT_TRUE(same(here.state(), before));
  const train::CheckpointReport report = train::load_checkpoint(file, parts);
  EXPECT_EQ(report.format, 1);
  EXPECT_THAT(report.differences, ::testing::IsEmpty());
  EXPECT_TRUE(same(here.state(), written.state()));
}

// Of the file system, by this process: rchar. 0 where nobody counts.
std::uint64_t bytes_read_so_far() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t bytes = 0;
  return io >> name >> bytes ? bytes : 0;
}

TEST(Damage, IsLookedForInWhatIsLoaded) {   // and not in a second reading, which others could change meanwhile
  if (bytes_read_so_far() == 0) GTEST_SKIP() << "/proc/self/io is not there";
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "run.safetensors";
  nn::Linear large(1000, 1000);
  train::save_checkpoint(file, {{"model", large}});
  const std::uint64_t before = bytes_read_so_far(), size = std::filesystem::file_size(file);
  train::load_checkpoint(file, {{"model", large}});
  EXPECT_LT(bytes_read_so_far() - before, size + size / 10);
}

struct Answers {
  Array given = Array::from(std::vector<bool>{true, false, true}, {3});
  State state() const {
    State s;
    s.arrays["given"] = given;
    return s;
  }
  void load_state(const State& s) { given = s.arrays.at("given"); }
};

TEST(Damage, OfATruthValueIsFoundThoughItLoads) {   // as true: every byte but 0 is
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "run.safetensors";
  Answers answers;
  train::save_checkpoint(file, {{"answers", answers}});
  train::load_checkpoint(file, {{"answers", answers}});
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(-1, std::ios::end).put(3);
  out.close();
  EXPECT_THAT(message_of([&] { train::load_checkpoint(file, {{"answers", answers}}); }), HasSubstr("it is damaged: its checksum is"));
  train::load_checkpoint(file, {{"answers", answers}}, {.verify = false});
  EXPECT_EQ(answers.given.to_vector(), (std::vector<double>{1, 0, 1}));
}

// As a tool would change it that keeps metadata it does not know.
void rewrite(const std::filesystem::path& file, const std::function<void(Safetensors&)>& change) {
  Safetensors contents = load_safetensors(file);
  change(contents);
  save_safetensors(file, contents);
}

TEST(Damage, ChangesOnPurposeAndOtherMachines) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "run.safetensors";
  Stand stand;
  train::save_checkpoint(file, stand.parts());
  rewrite(file, [](Safetensors& s) { s.arrays["model.only.bias"] = Array::from(std::vector<float>{3}, {1}); });
  EXPECT_THAT(message_of([&] { train::load_checkpoint(file, stand.parts()); }),
              HasSubstr("run.safetensors\": it is damaged: its checksum is"));
  train::load_checkpoint(file, stand.parts(), {.verify = false});
  EXPECT_EQ(stand.net.only.bias.value().item(), 3);

  Net alone;
  train::load_part(file, {"model", alone}, {.verify = false});
  EXPECT_EQ(alone.only.bias.value().item(), 3);
  EXPECT_THAT(message_of([&] { train::load_part(file, {"net", alone}, {.verify = false}); }), HasSubstr("has no part net"));

  train::save_checkpoint(file, stand.parts());
  rewrite(file, [](Safetensors& s) { s.metadata["checkpoint_threads"] = "1000"; });
  EXPECT_THAT(train::load_checkpoint(file, stand.parts(), {.verify = false}).differences,
              ::testing::ElementsAre(text("threads: 1000 in the checkpoint, ", num_threads(), " here")));
  rewrite(file, [](Safetensors& s) { s.metadata.erase("checkpoint_checksum"); });
  EXPECT_THAT(message_of([&] { train::load_checkpoint(file, stand.parts()); }), HasSubstr("a format and no checksum"));
}

// Nothing makes these files anew (tests/golden/README.md).
TEST(Damage, CheckpointsOfEarlierVersionsLoad) {
  for (const auto& [name, format] : {std::pair("format_0.safetensors", 0), std::pair("format_1.safetensors", 1)}) {
    Stand stand;
    EXPECT_EQ(train::load_checkpoint(std::filesystem::path(GRADUS_GOLDEN) / "checkpoint" / name, stand.parts()).format, format);
    EXPECT_EQ(stand.net.only.weight.value().to_vector(), (std::vector<double>{0.5, -0.25}));
    EXPECT_EQ(stand.sgd.state().arrays.at("only.weight.momentum_buffer").to_vector(), (std::vector<double>{1.5, 2.5}));
    EXPECT_EQ(stand.random.state().position, 6u);
  }
}

}  // namespace damage_test
