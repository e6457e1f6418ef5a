// clients SUBJECT ARGUMENTS…: the C++ side of tests/clients/*.py.
#include <exception>
#include <iostream>
#include <utility>

#include "subject.h"

namespace clients {

std::map<std::string, Subject>& Subject::all() {
  static std::map<std::string, Subject> subjects;
  return subjects;
}

Subject::Subject(const std::string& name, std::string text, std::function<void(const Arguments&)> f)
    : help(std::move(text)), run(std::move(f)) {
  all().insert_or_assign(name, *this);
}

}  // namespace clients

int main(int argc, char** argv) try {
  const clients::Arguments given(argv + 1, argv + argc);
  const auto& subjects = clients::Subject::all();
  const auto found = given.empty() ? subjects.end() : subjects.find(given[0]);
  if (found == subjects.end()) {
    std::cerr << "usage: clients SUBJECT ARGUMENTS...\n";
    for (const auto& [name, subject] : subjects) std::cerr << "  " << name << ' ' << subject.help << '\n';
    return 2;
  }
  found->second.run({given.begin() + 1, given.end()});
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
