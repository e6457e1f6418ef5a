// The loader's state: it goes on where it was, in the middle of an epoch too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/data/loader/loader.h>

#include "data/loader/numbers.h"

namespace gradus::data::loader_state_test {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(DataLoaderState, GoesOnWhereItWas) {
  const LoaderOptions options{.batch_size = 3, .shuffle = true};
  for (const int workers : {0, 2})
    for (int until = 0; until <= 9; ++until) {        // batches, four an epoch
      DataLoader whole(rows(10), {.batch_size = 3, .shuffle = true, .seed = 5, .workers = workers});
      DataLoader resumed(rows(10), options);
      std::vector<std::vector<double>> first, rest, again;
      State state;
      int left = until;
      for (int epoch = 0; epoch < 3; ++epoch) {
        if (left == 0 && first.empty() && rest.empty()) state = whole.state();
        for (auto [x, y] : whole) {
          (left > 0 ? first : rest).push_back(y.value().to_vector());
          if (left > 0 && --left == 0) state = whole.state();
        }
      }
      resumed.load_state(state);
      while (again.size() < rest.size())
        for (auto [x, y] : resumed) again.push_back(y.value().to_vector());
      EXPECT_EQ(again, rest) << until;
    }
}

TEST(DataLoaderState, OfALoopThatWasLeftIsTheNextEpoch) {
  DataLoader loader(rows(10), {.batch_size = 3, .shuffle = true, .seed = 5}), other(rows(10), {.batch_size = 3, .shuffle = true});
  for (auto [x, y] : loader) break;
  other.load_state(loader.state());
  EXPECT_EQ(other.epoch(), 1u);
  EXPECT_EQ(epoch_of(loader), epoch_of(other));
}

TEST(DataLoaderState, HasTheSeedOnceThereIsOne) {
  DataLoader loader(rows(10), {.batch_size = 3, .shuffle = true});
  EXPECT_FALSE(loader.state().values.contains("seed"));
  const std::uint64_t seed = loader.seed();
  EXPECT_EQ(loader.state().values.at("seed"), std::to_string(seed));
  EXPECT_FALSE(loader.state().values.contains("workers")) << "any number of workers gives the same batches";
}

TEST(DataLoaderState, ThatDoesNotFitChangesNothing) {
  DataLoader loader(rows(10), {.batch_size = 3, .shuffle = true, .seed = 5}), other(rows(12), {.batch_size = 4, .shuffle = false});
  const State before = loader.state();
  EXPECT_THAT([&] { loader.load_state(other.state()); },
              ThrowsMessage<ValueError>(
                  "DataLoader: the state does not fit this loader:\n  batch_size is 4 in the state but 3 here: construct it with "
                  ".batch_size = 4\n  shuffle is false in the state but true here: construct it with .shuffle = false\n"
                  "  the dataset has 12 samples in the state but 10 here"));
  State far = before;
  far.values["batch"] = "5";
  EXPECT_THAT([&] { loader.load_state(far); }, ThrowsMessage<ValueError>(HasSubstr("batch is 5, but an epoch has 4")));
  EXPECT_EQ(loader.state().values, before.values);
}

}  // namespace gradus::data::loader_state_test
