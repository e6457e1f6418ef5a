// The plan of the house, held by a test: who may include whom. Reads the #include lines of the tree; see docs/architecture.md.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using testing::IsEmpty;

namespace {

struct File {
  std::string path;                    // below the source folder: "nn/layers/linear.h"
  std::vector<std::string> includes;   // as written, without brackets
  std::string opening;                 // its first lines, as long as they are comments
  int lines = 0;
};

const std::map<std::string, File>& tree() {
  static const auto files = [] {
    std::map<std::string, File> out;
    const fs::path root = GRADUS_SOURCE;
    for (const char* room : {"autograd", "nn", "optim", "data", "train"}) {
      for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
        const std::string extension = entry.path().extension().string();
        if (extension != ".h" && extension != ".cpp") continue;
        File file{.path = fs::relative(entry.path(), root).generic_string()};
        std::ifstream in(entry.path());
        for (std::string line; std::getline(in, line); ++file.lines) {
          if (static_cast<int>(std::count(file.opening.begin(), file.opening.end(), '\n')) == file.lines && line.starts_with("//"))
            file.opening += line + "\n";
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

// Below a folder of one of these names, whatever stands is private: not installed, and no public header includes it.
bool is_private(const std::string& path) { return path.find("/internal/") != path.npos || path.find("/kernels/") != path.npos; }

// A public header whose first lines say that it is opt-in (it brings a third-party header along) is included by name, by no umbrella.
bool opt_in(const std::string& path) { return header(path) && tree().at(path).opening.find("pt-in") != std::string::npos; }

bool third_party(const std::string& include) {
  static const std::vector<std::string> names{"dnnl",  "oneapi/", "cblas",    "openblas", "lapack", "xtensor",    "xtl/",      "xsimd",
                                              "gtest", "gmock",   "nlohmann", "omp.h",    "zlib.h", "benchmark/", "immintrin", "x86intrin",
                                              "png.h", "jpeglib.h"};
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
  EXPECT_THAT(rooms, testing::ElementsAreArray({"autograd", "data", "nn", "optim", "train"}));
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

// CMakeLists.txt says which room stands on which: gradus_room(nn DEPENDS autograd).
TEST(Layering, RoomsIncludeWhatTheyAreBuiltOn) {
  std::map<std::string, std::string> depends;
  std::ifstream in(fs::path(GRADUS_SOURCE) / "CMakeLists.txt");
  for (std::string line; std::getline(in, line);)
    if (const auto at = line.find("gradus_room("); at != line.npos) {
      const std::string inside = line.substr(at + 12, line.find(')', at) - at - 12);
      depends[inside.substr(0, inside.find(' '))] = inside + " ";
    }
  ASSERT_THAT(depends, testing::Contains(testing::Key("autograd")));
  for (const auto& [path, file] : tree())
    for (const std::string& include : file.includes)
      if (const std::string next = ours(include); !next.empty() && room(next) != room(path)) {
        EXPECT_NE(depends[room(path)].find(" " + room(next) + " "), std::string::npos) << path << " includes " << include;
      }
}

// In every folder, what its subfolders and the files that stand in itself (as one, ".") include of each other goes one way, never round. An
// internal folder belongs to the one that it stands in.
TEST(Layering, FoldersStandOnEachOther) {
  std::map<std::string, std::map<std::string, std::map<std::string, std::string>>> arrows;   // folder → part → part below it → an include
  for (const auto& [path, file] : tree())
    for (const std::string& include : file.includes) {
      const std::string next = ours(include);
      std::string common;
      for (auto slash = path.find('/'); slash != path.npos && next.starts_with(path.substr(0, slash + 1));
           slash = path.find('/', slash + 1))
        common = path.substr(0, slash + 1);
      const auto part = [&](const std::string& p) {
        const auto end = p.find('/', common.size());
        return end == p.npos ? std::string(".") : p.substr(common.size(), end - common.size());
      };
      const std::string from = part(path), to = part(next);
      if (!common.empty() && from != to && from != "internal" && to != "internal")
        arrows[common][from].emplace(to, path + " includes " + include);
    }
  for (auto& [folder, below] : arrows)
    for (const auto& [from, to] : std::map(below)) {
      std::set<std::string> reached;
      const std::function<void(const std::string&)> descend = [&](const std::string& name) {
        for (const auto& [next, how] : below[name])
          if (reached.insert(next).second) descend(next);
      };
      descend(from);
      EXPECT_FALSE(reached.contains(from)) << folder << from << " stands on itself: " << testing::PrintToString(to);
    }
}

// What is installed is whole.
TEST(Layering, PublicHeadersIncludeNoPrivateOnes) {
  for (const auto& [path, file] : tree())
    for (const std::string& include : file.includes)
      EXPECT_FALSE(header(path) && !is_private(path) && is_private(ours(include))) << path << " includes " << include;
}

// The rest of the public headers belongs to opt-in ones, see UmbrellasReachEveryPublicHeader.
TEST(Layering, UmbrellasBringNoThirdPartyAlong) {
  for (const auto& [path, file] : tree()) {
    if (path != room(path) + "/" + room(path) + ".h") continue;
    std::set<std::string> seen;
    std::vector<std::string> found;
    reach(path, seen, found);
    EXPECT_THAT(found, IsEmpty()) << "by including " << path;
  }
}

// A schedule is a function of t: whoever wants one alone gets no optimizer, no tensor and no file along.
TEST(Layering, SchedulesAreFunctionsOfTimeAlone) {
  std::set<std::string> seen;
  std::vector<std::string> found;
  for (const auto& [path, file] : tree())
    if (header(path) && path.starts_with("optim/schedules/")) reach(path, seen, found);
  ASSERT_TRUE(seen.contains("optim/schedules/step_lr.h"));
  for (const std::string& path : seen) {
    if (!tree().contains(path)) continue;
    EXPECT_TRUE(path.starts_with("optim/") || path.starts_with("autograd/base/")) << path;
    EXPECT_NE(path, "optim/driver/optimizer.h");
    for (const std::string& include : tree().at(path).includes) EXPECT_NE(include, "filesystem") << path;
  }
}

// Sources of data, where speed is not the point, may be written in xtensor's expressions.
TEST(Layering, OnlyKernelsSeeTheMathematicsLibraries) {
  for (const auto& [path, file] : tree()) {
    if (path.find("/kernels/") != path.npos || path.find("/simd/") != path.npos || opt_in(path)) continue;
    for (const std::string& include : file.includes)
      for (const char* library : {"dnnl", "oneapi/", "cblas", "xsimd", "xtensor", "omp.h", "immintrin"})
        EXPECT_FALSE(include.starts_with(library) && !(include.starts_with("xtensor/") && room(path) == "data" && !header(path)))
            << path << " includes " << include;
  }
}

// Whoever includes a room's one header has all of the room (a header forgotten there is a feature that nobody finds), except what is asked
// for by name, with what that stands on.
TEST(Layering, UmbrellasReachEveryPublicHeader) {
  std::set<std::string> seen;
  std::vector<std::string> found;
  for (const auto& [path, file] : tree())
    if (path == room(path) + "/" + room(path) + ".h" || (opt_in(path) && !is_private(path))) {
      seen.insert(path);
      for (const std::string& include : file.includes) reach(ours(include), seen, found);
    }
  for (const auto& [path, file] : tree())
    EXPECT_TRUE(!header(path) || is_private(path) || seen.contains(path)) << path << " is not reached by " << room(path) << ".h";
}

TEST(Layering, HeadersOpenWithWhatLivesThere) {
  for (const auto& [path, file] : tree()) {
    std::ifstream in(fs::path(GRADUS_SOURCE) / path);
    std::string line;
    std::getline(in, line);
    EXPECT_TRUE(!header(path) || line.starts_with("// ")) << path << " opens with: " << line;
  }
}

// At the top lie the rooms, what is written around them, and what says how to build them; builds, and what begins with a dot, are none of
// it.
TEST(Layering, NothingStrayLiesAtTheTop) {
  const std::set<std::string> known{"autograd", "nn", "optim", "data", "train", "gradus.h", "tests", "examples", "benchmarks", "tools",
                                    "docs", "cmake", "run", "CMakeLists.txt", "CMakePresets.json", "README.md", "HACKING.md",
                                    "CHANGELOG.md", "LICENSE"};
  std::vector<std::string> stray;
  for (const auto& entry : fs::directory_iterator(GRADUS_SOURCE)) {
    const std::string name = entry.path().filename().string();
    const bool made = name.starts_with('.') || name.starts_with("build") || name == "compile_commands.json";
    if (!made && !known.contains(name)) stray.push_back(name);
  }
  EXPECT_THAT(stray, IsEmpty());
}

// Of the library, and of what is written around it: tests, examples, benchmarks, tools.
TEST(Layering, FilesAreSmallAndLinesAreShort) {
  int files = 0;
  for (const char* folder : {"autograd", "nn", "optim", "data", "train", "tests", "examples", "benchmarks", "tools"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(GRADUS_SOURCE) / folder)) {
      const std::string path = entry.path().generic_string(), extension = entry.path().extension().string();
      if ((extension != ".h" && extension != ".cpp") || path.find("/node_modules/") != path.npos) continue;
      std::ifstream in(entry.path());
      int lines = 0;
      for (std::string line; std::getline(in, line);) {
        ++lines;
        const auto columns = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; });   // of UTF-8
        EXPECT_LE(columns, 140) << path << ":" << lines;
      }
      EXPECT_LE(lines, 400) << path << " wants splitting";
      ++files;
    }
  EXPECT_GT(files, 500);
}
