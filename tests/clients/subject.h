// A subject of the program that tests/clients/*.py call: a name on the command line and what is done with the arguments behind it.
//   const Subject copy{"copy", "FROM TO: reads one file and writes another", [](const Arguments& a) { save(a.at(1), load(a.at(0))); }};
// What it throws goes to standard error, and the program exits with 1; what it prints, the script may read.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace clients {

using Arguments = std::vector<std::string>;

class Subject {
 public:
  Subject(const std::string& name, std::string help, std::function<void(const Arguments&)> run);

  std::string help;
  std::function<void(const Arguments&)> run;
  static std::map<std::string, Subject>& all();
};

}  // namespace clients
