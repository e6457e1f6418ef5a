// What the script offers to JavaScript. answer.js wraps it, so that callers see nothing of the module's memory.
#include <cstddef>
#include <string>

#include <emscripten/emscripten.h>

#include "landscape/answer.h"

// The answer to a request of `length` bytes, ended by a zero byte; it stays until the next call.
extern "C" EMSCRIPTEN_KEEPALIVE const char* landscape_answer(const char* request, std::size_t length) {
  static std::string reply;
  reply = landscape::answer({request, length});
  return reply.c_str();
}
