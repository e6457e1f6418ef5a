// Folders of checkpoints: which are kept, which is resumed from, and what a save that fails leaves.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>

#include <gradus/autograd/creation.h>
#include <gradus/train/checkpoint/checkpoints.h>

#include <message_of.h>
#include <support.h>
#include <temporary_folder.h>

namespace checkpoints_test {

using namespace gradus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A part that remembers a number, and as many bytes as it is told to.
struct Number {
  double number = 0;
  std::int64_t ballast = 1;
  State state() const {
    State s;
    s.set("number", number);
    s.arrays["ballast"] = Array::zeros({ballast});
    return s;
  }
  void load_state(const State& s) {
    StateReader reader(s);
    const double n = reader.number("number", 0);
    (void)reader.find_array("ballast");
    reader.finish("Number: the state does not fit");
    number = n;
  }
};

std::vector<std::int64_t> steps(const train::Checkpoints& checkpoints) {
  std::vector<std::int64_t> out;
  for (const train::SavedCheckpoint& saved : checkpoints.list()) out.push_back(saved.step);
  return out;
}
void spoil(const std::filesystem::path& file, std::int64_t from_the_end) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(-from_the_end, std::ios::end);
  out.put('\x55');
}

TEST(Checkpoints, KeepsTheNewestAndTheBest) {
  const TemporaryFolder folder;
  Number n;
  train::Checkpoints checkpoints(folder / "a" / "run", {.keep = 2, .keep_best = 1});
  EXPECT_FALSE(checkpoints.resume({{"n", n}}));
  EXPECT_FALSE(checkpoints.latest() || checkpoints.best());
  const double metrics[] = {0.5, 0.1, NAN, 0.3, 0.1};
  for (int i = 0; i < 5; ++i) {
    n.number = i;
    EXPECT_EQ(checkpoints.save(10 * i, {{"n", n}}, metrics[i]), text((folder / "a/run/step-0000000").string(), i, "0.safetensors"));
  }
  EXPECT_THAT(steps(checkpoints), ElementsAre(30, 40));          // of two that are equally good the newer
  EXPECT_EQ(checkpoints.best()->step, 40);
  checkpoints.save(40, {{"n", n}});                              // replaced, now without a number
  EXPECT_EQ(checkpoints.best()->step, 30);
  checkpoints.save(7, {{"n", n}}, 0.2);                          // begun anew in the same folder: the newest is what was written last
  EXPECT_EQ(checkpoints.latest()->step, 7);
  EXPECT_THAT(steps(train::Checkpoints(checkpoints.folder())), ElementsAre(40, 7));
  train::Checkpoints other(folder / "other", {.keep = 1, .keep_best = 2, .higher_is_better = true});
  for (int i = 0; i < 5; ++i) other.save(i, {{"n", n}}, metrics[i]);
  EXPECT_THAT(steps(other), ElementsAre(0, 3, 4));
  EXPECT_EQ(*other.best()->metric, 0.5);
}

TEST(Checkpoints, GoesOnFromTheNewestThatIsWhole) {
  const TemporaryFolder folder;
  Number n;
  {
    train::Checkpoints checkpoints(folder.path());
    for (int i = 1; i <= 3; ++i) {
      n.number = i;
      checkpoints.save(i, {{"n", n}});
    }
  }
  folder.write("step-000000009.safetensors", "no checkpoint");
  folder.write("step-x.safetensors", "not one of ours");
  const auto left = folder.write("step-000000004.safetensors.gradus-1-0.tmp", "half of one");
  const auto mine = folder.write("step-notes.tmp", "mine");
  train::Checkpoints checkpoints(folder.path(), {.keep = 1});
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(mine));
  spoil(folder / "step-000000003.safetensors", 2);
  const auto resumed = checkpoints.resume({{"n", n}});
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->step, 2);
  EXPECT_EQ(n.number, 2);
  EXPECT_THAT(resumed->broken,
              ElementsAre(HasSubstr("step-000000009.safetensors\": "), HasSubstr("step-000000003.safetensors\": it is damaged")));

  Number other;
  EXPECT_THAT(message_of([&] { checkpoints.resume({{"m", other}}); }), HasSubstr("missing m"));   // no older one is tried
  n.number = 5;
  checkpoints.save(3, {{"n", n}});
  EXPECT_EQ(checkpoints.resume({{"n", n}})->step, 3);
  EXPECT_TRUE(std::filesystem::exists(folder / "step-000000009.safetensors"));       // what cannot be read is not ours to remove
  spoil(folder / "step-000000003.safetensors", 2);
  EXPECT_THAT(message_of([&] { checkpoints.resume({{"n", n}}); }), HasSubstr("none of those in"));
}

TEST(Checkpoints, WantAFolderThatCanBe) {
  const TemporaryFolder folder;
  for (const std::filesystem::path& place : {folder / std::string(300, 'x'), folder.write("file", "words"), folder / "file" / "below"})
    EXPECT_THROW(train::Checkpoints{place}, FileError) << place;
  EXPECT_THAT(message_of([&] { train::Checkpoints{folder / std::string(300, 'x')}; }), HasSubstr("File name too long"));
  EXPECT_THAT(message_of([&] { train::Checkpoints{folder / "file"}; }), HasSubstr("cannot be made"));
}

TEST(Checkpoints, ThatCannotBeWrittenLeaveWhatIsThere) {
  const TemporaryFolder folder;
  Number n{.number = 1};
  train::Checkpoints checkpoints(folder / "run", {.keep = 1});
  checkpoints.save(1, {{"n", n}});
  n = {.number = 2, .ballast = 100'000};
  rlimit old;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t most : {rlim_t{0}, rlim_t{1000}, rlim_t{200'000}}) {
    const rlimit limit{most, old.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    const std::string other = message_of([&] { checkpoints.save(2, {{"n", n}}); });
    const std::string same = message_of([&] { checkpoints.save(1, {{"n", n}}); });
    ::setrlimit(RLIMIT_FSIZE, &old);
    EXPECT_THAT(other, HasSubstr("step-000000002.safetensors\": File too large"));
    EXPECT_THAT(same, HasSubstr("step-000000001.safetensors\": File too large"));
    Number loaded;
    EXPECT_EQ(checkpoints.resume({{"n", loaded}})->step, 1);
    EXPECT_EQ(loaded.number, 1);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "run"), {}), 1);
  }
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(message_of([&] { train::save_checkpoint("/dev/full", {{"n", n}}); }), HasSubstr("No space left on device"));
  EXPECT_THAT(message_of([&] { train::Checkpoints("/proc/gradus"); }), HasSubstr("cannot be made"));
  folder.write("file", "");
  EXPECT_THAT(message_of([&] { train::Checkpoints(folder / "file"); }), HasSubstr("cannot be made: "));
  expect_error<ValueError>([&] { train::Checkpoints(folder / "x", {.keep = -1}); }, {"keep must be at least 0"});
  expect_error<ValueError>([&] { checkpoints.save(-1, {{"n", n}}); }, {"a step is at least 0, not -1"});
}

}  // namespace checkpoints_test
