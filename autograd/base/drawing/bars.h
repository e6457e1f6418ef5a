// Numbers side by side as bars, from zero: accuracies of several models, how often each class is found.
//   std::cout << drawing::Bars{.title = "accuracy", .bars = {{"SGD", 0.81}, {"Adam", 0.84}}};
//   //  accuracy
//   //  SGD   ████████████████████████████████████▋  0.81
//   //  Adam  ██████████████████████████████████████  0.84
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::drawing {

struct Bar {
  std::string name = {};
  double value = 0;                              // negative ones go to the left; what is not finite has no bar
};

struct Bars {
  std::string title = {};
  std::vector<Bar> bars = {};
  int digits = 4;                                // of the numbers beside them

  // The longest bar, or the longest to the left and to the right together, is `columns` long. ValueError: columns below 8.
  std::string text(int columns = 40) const;
  std::string svg() const;
  void save_svg(const std::string& file) const;  // FileError
};
std::ostream& operator<<(std::ostream& out, const Bars& bars);   // text()

}  // namespace gradus::drawing
