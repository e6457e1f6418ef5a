// landscape_answer: requests on stdin, one a line; answers on stdout, one a line.
//   echo '{"ask":"run","surface":{"name":"ravine"},"optimizer":{"name":"Adam"}}' | landscape_answer
#include <iostream>
#include <string>

#include "landscape/answer.h"

int main() {
  for (std::string request; std::getline(std::cin, request);)
    if (!request.empty()) std::cout << landscape::answer(request) << '\n' << std::flush;
}
