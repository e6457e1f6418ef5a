#include "hostile.h"

#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include <gradus/autograd/base/error.h>

namespace gradus {
namespace {

std::map<std::string, std::string> read_verdicts(const std::filesystem::path& file) {
  std::map<std::string, std::string> verdicts;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(": ");
    const bool right = colon != std::string::npos && colon + 2 < line.size();
    EXPECT_TRUE(right && verdicts.emplace(line.substr(0, colon), line.substr(colon + 2)).second) << file << ": " << line;
  }
  return verdicts;
}

std::string outcome(const std::function<void(const std::string&)>& load, const std::string& file) {
  try {
    load(file);
  } catch (const Error& e) {
    return e.what();
  } catch (const std::exception& e) {
    return std::string("no gradus::Error, but ") + e.what();
  }
  return "loads";
}

}  // namespace

void expect_verdicts(const std::string& format, const std::function<void(const std::string& file)>& load) {
  const std::filesystem::path folder = std::filesystem::path(GRADUS_GOLDEN) / "hostile" / format;
  std::map<std::string, std::string> verdicts = read_verdicts(folder / "verdicts.txt");
  EXPECT_FALSE(verdicts.empty()) << folder;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name == "verdicts.txt" || entry.is_directory()) continue;
    const auto verdict = verdicts.extract(name);
    if (verdict.empty()) {
      ADD_FAILURE() << entry.path() << " has no line in verdicts.txt";
      continue;
    }
    const std::string result = outcome(load, entry.path().string());
    const bool right = verdict.mapped() == "loads" ? result == "loads" : result.find(verdict.mapped()) != std::string::npos;
    EXPECT_TRUE(right && result.find("no gradus::Error") == std::string::npos) << name << ": wanted: " << verdict.mapped()
                                                                               << "\n  came: " << result;
  }
  for (const auto& [name, verdict] : verdicts) ADD_FAILURE() << folder / name << " is not there";
}

}  // namespace gradus
