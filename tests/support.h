// What the tests of every room share.
#pragma once
#include <exception>
#include <initializer_list>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/pool.h>

namespace gradus {

namespace testing_detail {   // compiled once, in support.cpp
void expect_parts(const char* message, std::initializer_list<std::string> parts);
void fail_for_another(const std::exception& thrown);
void fail_for_none(std::initializer_list<std::string> parts);
}  // namespace testing_detail

// Runs f, which must throw Kind with a message that contains every part.
template <class Kind = Error, class F>
void expect_error(F&& f, std::initializer_list<std::string> parts) {
  try {
    f();
  } catch (const Kind& error) {
    return testing_detail::expect_parts(error.what(), parts);
  } catch (const std::exception& other) {
    return testing_detail::fail_for_another(other);
  }
  testing_detail::fail_for_none(parts);
}

}  // namespace gradus
