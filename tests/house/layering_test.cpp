// The plan of the house, held by a test: who may include whom. Reads the #include lines of the tree; see docs/architecture.md.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using testing::IsEmpty;

namespace {

struct File {
  std::string path;                    // below the source folder: "nn/linear.h"
  std::vector<std::string> includes;   // as written, without brackets
  int lines = 0;
};

const std::map<std::string, File>& tree() {
  static const auto files = [] {
    std::map<std::string, File> out;
    const fs::path root = GRADUS_SOURCE;
    for (const char* room : {"autograd", "nn", "optim", "data"}) {
      for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
        const std::string extension = entry.path().extension().string();
        if (extension != ".h" && extension != ".cpp") continue;
        File file{fs::relative(entry.path(), root).generic_string(), {}, 0};
        std::ifstream in(entry.path());
        for (std::string line; std::getline(in, line); ++file.lines) {
          if (!line.starts_with("#include ")) continue;
          const auto begin = line.find_first_of("<\""), end = line.find_first_of(">\"", begin + 1);
          file.includes.push_back(line.substr(begin + 1, end - begin - 1));
        }
        out.emplace(file.path, file);
      }
    }
    return out;
  }();
  return files;
}

bool header(const std::string& path) { return path.ends_with(".h"); }
std::string room(const std::string& path) { return path.substr(0, path.find('/')); }

// The file of ours that an include names, or "".
std::string ours(const std::string& include) { return include.starts_with("gradus/") ? include.substr(7) : ""; }

// Floors of the autograd room, from the ground. Mathematics on tensors is the top one; what uses it stands there too.
int floor_of(const std::string& path) {
  static const std::set<std::string> upstairs{
      "autograd/autograd.h",  "autograd/fuse.h",        "autograd/fuse.cpp",
      "autograd/gradcheck.h", "autograd/gradcheck.cpp", "autograd/grad.cpp"};   // the sweep sums gradients that have a history themselves
  if (path.starts_with("autograd/base/")) return 0;
  if (path.starts_with("autograd/array/")) return 1;
  if (path.starts_with("autograd/kernels/")) return 2;
  if (path.starts_with("autograd/ops/") || path.starts_with("autograd/walk/") || upstairs.contains(path)) return 4;
  return 3;
}

bool third_party(const std::string& include) {
  static const std::vector<std::string> names{"dnnl",  "oneapi/", "cblas",    "openblas", "lapack", "xtensor",    "xtl/",      "xsimd",
                                              "gtest", "gmock",   "nlohmann", "omp.h",    "zlib.h", "benchmark/", "immintrin", "x86intrin"};
  return std::any_of(names.begin(), names.end(), [&](const auto& name) { return include.starts_with(name); });
}

// The third-party headers that including `path` brings in, each with the file of ours that includes it.
void reach(const std::string& path, std::set<std::string>& seen, std::vector<std::string>& found) {
  if (!seen.insert(path).second || !tree().contains(path)) return;
  for (const std::string& include : tree().at(path).includes) {
    if (third_party(include)) found.push_back(path + " includes " + include);
    if (const std::string next = ours(include); !next.empty()) reach(next, seen, found);
  }
}

}  // namespace

TEST(Layering, EveryRoomIsRead) {
  std::set<std::string> rooms;
  for (const auto& [path, file] : tree()) rooms.insert(room(path));
  EXPECT_THAT(rooms, testing::ElementsAre("autograd", "data", "nn", "optim"));
}

TEST(Layering, OwnHeadersAreNamedAsAfterInstallation) {
  for (const auto& [path, file] : tree())
    for (const std::string& include : file.includes) {
      const std::string next = ours(include);
      EXPECT_TRUE(next.empty() || tree().contains(next)) << path << " includes " << include << ", which is not in the tree";
      EXPECT_FALSE(tree().contains(include)) << path << ": write <gradus/" << include << ">";
      EXPECT_NE(include, "gradus/gradus.h") << path << " includes the whole house";
    }
}

TEST(Layering, SiblingsNeverIncludeEachOther) {
  for (const auto& [path, file] : tree())
    for (const std::string& include : file.includes) {
      const std::string next = ours(include);
      if (next.empty()) continue;
      EXPECT_TRUE(room(next) == room(path) || room(next) == "autograd") << path << " includes " << include;
    }
}

TEST(Layering, AutogradStandsFloorOnFloor) {
  for (const auto& [path, file] : tree()) {
    if (room(path) != "autograd") continue;
    for (const std::string& include : file.includes) {
      const std::string next = ours(include);
      EXPECT_TRUE(next.empty() || floor_of(next) <= floor_of(path)) << path << " includes " << include << " from a floor above";
    }
  }
}

TEST(Layering, PublicHeadersBringNoThirdPartyAlong) {
  const std::set<std::string> opt_in{"autograd/array/xtensor.h", "autograd/fuse.h"};
  for (const auto& [path, file] : tree()) {
    if (!header(path) || path.starts_with("autograd/kernels/") || opt_in.contains(path)) continue;
    std::set<std::string> seen;
    std::vector<std::string> found;
    reach(path, seen, found);
    EXPECT_THAT(found, IsEmpty()) << "by including " << path;
  }
}

TEST(Layering, OnlyKernelsSeeTheMathematicsLibraries) {
  const std::set<std::string> allowed{"autograd/array/xtensor.h", "autograd/fuse.h"};
  for (const auto& [path, file] : tree()) {
    if (path.starts_with("autograd/kernels/") || allowed.contains(path)) continue;
    for (const std::string& include : file.includes)
      for (const char* library : {"dnnl", "oneapi/", "cblas", "xsimd", "xtensor", "omp.h", "immintrin"})
        EXPECT_FALSE(include.starts_with(library)) << path << " includes " << include;
  }
}

// Whoever includes a room's one header has all of the room (a header forgotten there is a feature that nobody finds), except what is
// asked for by name and what the room keeps for its own sources.
TEST(Layering, UmbrellasReachEveryPublicHeader) {
  const std::set<std::string> left_out{
      "autograd/array/xtensor.h",     "autograd/fuse.h",    "autograd/base/file.h", "autograd/ops/elementwise.h", "autograd/ops/formulas.h",
      "autograd/ops/formula_table.h", "optim/clip_loops.h", "optim/partition.h",    "optim/rule_loops.h",         "data/byte_source.h",
      "autograd/base/thread_pool.h",  "autograd/array/transpose.h", "autograd/array/safetensors_dtype.h",
      "autograd/array/safetensors_header.h", "optim/chart.h", "optim/chart_range.h", "optim/gradient_row.h",
      "optim/checked_parameters.h", "optim/options_state.h", "optim/wrapper_loops.h", "optim/adafactor_loops.h",
      "optim/lamb_loops.h", "optim/muon_loops.h", "optim/muon_products.h", "optim/lanes.h", "optim/vector_loops.h", "optim/vectors.h",
      "autograd/base/terminal.h", "autograd/base/after_fork.h", "autograd/base/idle_blocks.h", "autograd/ops/whole.h"};
  for (const std::string name : {"autograd", "nn", "optim", "data"}) {
    std::set<std::string> seen;
    std::vector<std::string> found;
    reach(name + "/" + name + ".h", seen, found);
    for (const auto& [path, file] : tree()) {
      const bool is_private = path.starts_with("autograd/kernels/") || path.starts_with("autograd/walk/") || left_out.contains(path);
      if (room(path) != name || !header(path) || is_private) continue;
      EXPECT_TRUE(seen.contains(path)) << path << " is not reached by " << name << ".h";
    }
  }
}

TEST(Layering, HeadersOpenWithWhatLivesThere) {
  for (const auto& [path, file] : tree()) {
    std::ifstream in(fs::path(GRADUS_SOURCE) / path);
    std::string line;
    std::getline(in, line);
    EXPECT_TRUE(!header(path) || line.starts_with("// ")) << path << " opens with: " << line;
    EXPECT_LE(file.lines, 400) << path << " wants splitting";
  }
}
