#include <gradus/autograd/array/formats/sharded.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <gradus/autograd/array/formats/internal/safetensors_write.h>
#include <gradus/autograd/array/formats/internal/shard_index.h>
#include <gradus/autograd/array/formats/internal/shard_set.h>
#include <gradus/autograd/base/error.h>
#include <message_of.h>
#include <temporary_folder.h>

namespace gradus::sharded_test {

using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

Safetensors model(double number) {
  return {{{"a", Array::full({4}, number, f32)}, {"b", Array::full({4}, number, f32)}, {"c", Array::full({4}, number, f32)}}, {}};
}
const ShardOptions one_each{.max_shard_bytes = 1};

std::set<std::string> files_in(const TemporaryFolder& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) names.insert(entry.path().filename().string());
  return names;
}
std::set<double> numbers_of(const FileName& index) {
  std::set<double> all;
  for (const auto& [name, array] : load_sharded_safetensors(index).arrays)
    for (const double x : array.to_vector()) all.insert(x);
  return all;
}

// As save_sharded_safetensors does it, and `after_each` may end it.
void replace(const FileName& index, const Safetensors& contents, const std::function<void(std::size_t)>& after_each) {
  detail::ShardSet set(index, contents.arrays.size());
  std::vector<std::unique_ptr<FileReplacement>> files;
  std::map<std::string, std::string> weight_map;
  for (const auto& named : contents.arrays) {
    weight_map.emplace(named.first, set.names()[files.size()]);
    files.push_back(detail::write_safetensors(set.path(files.size()), {}, {&named}));
  }
  const std::string text = detail::write_shard_index(weight_map, 48);
  files.push_back(std::make_unique<FileReplacement>(index));
  files.back()->write(text.data(), text.size());
  set.commit(std::move(files), after_each);
}

TEST(Sharded, IsReplacedInOneStepWhereverItFails) {
  const TemporaryFolder folder;
  const auto index = folder / "m.safetensors.index.json";
  save_sharded_safetensors(index, model(1), one_each);
  const std::set<std::string> first = files_in(folder);
  EXPECT_EQ(first, (std::set<std::string>{"m-00001-of-00003.safetensors", "m-00002-of-00003.safetensors", "m-00003-of-00003.safetensors",
                                          "m.safetensors.index.json"}));
  for (std::size_t n = 1; n <= 3; ++n) {
    const auto fails = [&](std::size_t there) {
      if (there == n) throw std::runtime_error("the disk is gone");
    };
    EXPECT_THROW(replace(index, model(2), fails), std::runtime_error);
    EXPECT_EQ(files_in(folder), first) << n;
    EXPECT_EQ(numbers_of(index), std::set<double>{1}) << n;
    const pid_t child = ::fork();   // and one that is killed in the middle
    if (child == 0) {
      replace(index, model(2), [&](std::size_t there) {
        if (there == n) ::_exit(0);
      });
      ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_THAT(files_in(folder), IsSupersetOf(first)) << n;
    EXPECT_EQ(numbers_of(index), std::set<double>{1}) << n;
  }
  std::filesystem::create_directory(folder / "m-r3-00002-of-00003.safetensors");   // in nobody's way
  save_sharded_safetensors(index, model(2), one_each);                             // over what those left
  EXPECT_EQ(numbers_of(index), std::set<double>{2});
  EXPECT_THAT(files_in(folder), UnorderedElementsAre("m-r2-00001-of-00003.safetensors", "m-r2-00002-of-00003.safetensors",
                                                     "m-r2-00003-of-00003.safetensors", "m-r3-00002-of-00003.safetensors",
                                                     "m.safetensors.index.json"));
  std::filesystem::create_directory(folder / "m-00003-of-00003.safetensors");
  EXPECT_THROW(save_sharded_safetensors(index, model(3), one_each), FileError);
  EXPECT_EQ(numbers_of(index), std::set<double>{2});
  std::filesystem::remove(folder / "m-00003-of-00003.safetensors");
  save_sharded_safetensors(index, model(3), one_each);
  std::filesystem::remove(folder / "m-r3-00002-of-00003.safetensors");
  EXPECT_EQ(files_in(folder), first);   // the usual names once more
  EXPECT_EQ(numbers_of(index), std::set<double>{3});
  const ShardedSafetensorsFile open(index, {.map = true});
  save_sharded_safetensors(index, model(4));   // one shard: its name is free
  EXPECT_EQ(open.load("c").to_vector()[0], 3);   // who has opened the one before keeps it
  EXPECT_THAT(files_in(folder), UnorderedElementsAre("m-00001-of-00001.safetensors", "m.safetensors.index.json"));
}

TEST(Sharded, WhatAnotherIndexNamesStays) {
  const TemporaryFolder folder;
  const auto index = folder / "m.safetensors.index.json", other = folder / "other.safetensors.index.json";
  save_sharded_safetensors(index, model(1), one_each);
  std::ofstream(other) << R"({"weight_map": {"b": "m-00002-of-00003.safetensors"}})";
  save_sharded_safetensors(index, model(2), one_each);
  EXPECT_EQ(numbers_of(other), std::set<double>{1});
  EXPECT_FALSE(std::filesystem::exists(folder / "m-00001-of-00003.safetensors"));
  std::ofstream(other) << "{";   // nobody can say what it names: all stays
  save_sharded_safetensors(index, model(3), one_each);
  EXPECT_TRUE(std::filesystem::exists(folder / "m-r2-00001-of-00003.safetensors"));
  // An index from elsewhere names what is no shard.
  std::filesystem::remove(other);
  std::ofstream(folder / "train.py") << "print()";
  std::filesystem::create_directory(folder / "sub");
  std::ofstream(folder / "sub/x.safetensors") << "";
  std::ofstream(index) << R"({"weight_map": {"a": "train.py", "b": "sub/x.safetensors"}})";
  save_sharded_safetensors(index, model(4), one_each);
  EXPECT_TRUE(std::filesystem::exists(folder / "train.py") && std::filesystem::exists(folder / "sub/x.safetensors"));
  EXPECT_EQ(numbers_of(index), std::set<double>{4});
}

}  // namespace gradus::sharded_test
