// bin/gradus as a script runs it: words in, exit code and what it printed out.
//   const Outcome o = run_tool({"inspect", file});      o.code == 0;  o.out;  o.err
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace gradus::tool_testing {

struct Outcome {
  int code = -1;  // 128 + n where signal n ended it
  std::string out, err;
};

// `to`: what standard output leads to instead of a file of ours: "/dev/full", or "|" for a pipe that nobody reads (SIGPIPE ignored).
Outcome run_tool(const std::vector<std::string>& words, const std::string& to = "");

}  // namespace gradus::tool_testing
