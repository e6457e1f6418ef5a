// Hostile files of our own making, tests/golden/hostile/<format>/, and what must become of each: verdicts.txt there has a line a file,
//   <file>: <words that the error must have>        or        <file>: loads
// A file without a line is a failure, and so is a line without a file. make_hostile*.py make both.
//   TEST(Hostile, Npy) { expect_verdicts("npy", [](const std::string& file) { load_npy(file); }); }
#pragma once
#include <functional>
#include <string>

namespace gradus {

// Loads each file of the folder; anything thrown that is no gradus::Error is a failure too.
void expect_verdicts(const std::string& format, const std::function<void(const std::string& file)>& load);

}  // namespace gradus
