#include <gradus/autograd/base/drawing/internal/svg.h>

#include <cmath>
#include <span>

#include <gradus/autograd/base/drawing/internal/palette.h>
#include <gradus/autograd/base/internal/file.h>

namespace gradus::drawing {

std::string escaped(std::string_view plain) {
  std::string out;
  for (const char c : plain) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else out += c;
  }
  return out;
}

std::string pixels(double value) {
  const long rounded = std::lround(value * 10), size = std::abs(rounded);
  return join({rounded < 0 ? "-" : "", std::to_string(size / 10), size % 10 ? "." : "", size % 10 ? std::to_string(size % 10) : ""});
}

std::string svg_text(double x, double y, std::string_view plain, std::string_view kind, std::string_view anchor) {
  const std::string shown = kind.empty() ? "" : join({" class='", kind, "'"});
  const std::string where = anchor.empty() ? "" : join({" text-anchor='", anchor, "'"});
  return join({"<text x='", pixels(x), "' y='", pixels(y), "'", shown, where, ">", escaped(plain), "</text>"});
}

std::string svg_line(double x0, double y0, double x1, double y1, std::string_view kind) {
  return join({"<line x1='", pixels(x0), "' x2='", pixels(x1), "' y1='", pixels(y0), "' y2='", pixels(y1), "' class='", kind, "'/>"});
}

std::string svg_circle(double x, double y, std::string_view radius, std::string_view kind) {
  return join({"<circle class='", kind, "' cx='", pixels(x), "' cy='", pixels(y), "' r='", radius, "'/>"});
}

std::string colour_class(std::size_t colour) { return join({"c", std::to_string(colour)}); }

std::string svg_page(double width, double height, std::string_view style, std::string_view dark_style, std::string_view content) {
  const std::string w = pixels(width), h = pixels(height);
  std::string light = "text{font:12px system-ui,'DejaVu Sans',sans-serif;fill:#223}.page{fill:#fff}";
  std::string dark = "text{fill:#dde}.page{fill:#10161d}";
  for (std::size_t i = 0; i < palette.size(); ++i) {
    light += join({".", colour_class(i), "{color:", palette[i].light, "}"});
    dark += join({".", colour_class(i), "{color:", palette[i].dark, "}"});
  }
  return join({"<svg xmlns='http://www.w3.org/2000/svg' width='", w, "' height='", h, "' viewBox='0 0 ", w, " ", h, "'>\n",
               "<style>", light, style, "@media(prefers-color-scheme:dark){", dark, dark_style, "}</style>\n",
               "<rect class='page' width='100%' height='100%'/>\n", content, "</svg>\n"});
}

void save_svg_text(const std::string& svg, const std::string& file) {
  FileReplacement out(file);
  out.write(std::as_bytes(std::span(svg)));
  out.commit();
}

}  // namespace gradus::drawing
