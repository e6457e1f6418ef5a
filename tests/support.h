// What the tests of every room share.
#pragma once
#include <initializer_list>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/pool.h>

namespace gradus {

// Runs f, which must throw Kind with a message that contains every part.
template <class Kind = Error, class F>
void expect_error(F&& f, std::initializer_list<std::string> parts) {
  try {
    f();
  } catch (const Kind& error) {
    for (const std::string& part : parts) EXPECT_THAT(error.what(), testing::HasSubstr(part));
    return;
  } catch (const std::exception& other) {
    FAIL() << "another kind of error: " << other.what();
  }
  FAIL() << "no error was thrown; expected one that says " << testing::PrintToString(std::vector<std::string>(parts));
}

}  // namespace gradus
