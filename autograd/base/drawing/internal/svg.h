// The words that SVG pictures are written in. Coordinates are pixels, in tenths.
//   svg_page(640, 200, ".grid{stroke:#ccc}", ".grid{stroke:#333}", svg_line(0, 10, 640, 10, "grid") + svg_text(8, 20, "a < b", "tick"));
#pragma once
#include <string>
#include <string_view>

#include <gradus/autograd/base/drawing/internal/columns.h>

namespace gradus::drawing {

// The whole file: a page that is light or dark as its reader is, with the classes c0, c1, … for the palette's colours (as currentColor).
std::string svg_page(double width, double height, std::string_view style, std::string_view dark_style, std::string_view content);

std::string escaped(std::string_view plain);           // as text between tags
std::string pixels(double value);                      // in as few letters as it takes: "12", "-0.5"
std::string svg_text(double x, double y, std::string_view plain, std::string_view kind, std::string_view anchor = "");
std::string svg_line(double x0, double y0, double x1, double y1, std::string_view kind);
std::string svg_circle(double x, double y, std::string_view radius, std::string_view kind);
std::string colour_class(std::size_t colour);          // "c0"

// FileError; the file is there as a whole, or as it was.
void save_svg_text(const std::string& svg, const std::string& file);

}  // namespace gradus::drawing
