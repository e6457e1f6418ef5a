#include <tools/run_tool.h>

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gradus/autograd/base/internal/file.h>
#include <temporary_folder.h>

namespace gradus::tool_testing {

Outcome run_tool(const std::vector<std::string>& words, const std::string& to) {
  const TemporaryFolder folder;
  const std::string out = (folder / "out").string(), err = (folder / "err").string();
  std::vector<char*> arguments{const_cast<char*>("gradus")};
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string target = to.empty() || to == "|" ? out : to;
  const pid_t child = ::fork();
  if (child == 0) {
    int output = ::open(target.c_str(), O_WRONLY | O_CREAT, 0600);
    if (to == "|") {
      int ends[2];
      if (::pipe(ends) != 0) std::_Exit(99);
      ::close(ends[0]);
      output = ends[1];
      ::signal(SIGPIPE, SIG_IGN);
    }
    ::dup2(output, 1);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), 2);
    ::execv(GRADUS_TOOL, arguments.data());
    std::_Exit(98);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), to.empty() ? read_file(out) : "", read_file(err)};
}

}  // namespace gradus::tool_testing
