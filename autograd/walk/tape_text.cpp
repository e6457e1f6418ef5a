#include <gradus/autograd/walk/tape_text.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <gradus/autograd/tape/leaf.h>
#include <gradus/autograd/walk/internal/paths.h>
#include <gradus/autograd/walk/internal/visit.h>

namespace gradus {
namespace {

struct Line {
  NodePtr node;
  std::vector<std::pair<int, int>> inputs;   // the line and which of its results; -1: not tracked
  std::vector<Form> results;                 // those that somebody uses
  std::int64_t bytes = 0;                    // kept by this operation and no earlier one
  bool is_leaf() const { return node->is_leaf(); }
};

// The graph, oldest node first.
std::vector<Line> lines_of(const char* walk, const Tensor& y) {
  check<GraphError>(y.defined() && y.requires_grad(), walk, ": the tensor ", describe(y),
                    " is not tracked: it was computed from no variable or parameter, or under NoGrad");
  std::map<const Node*, int> place;
  std::vector<Line> lines;
  const auto reach = [&](const NodePtr& node) {
    if (node && place.try_emplace(node.get(), 0).second) lines.push_back({node, {}, {}, 0});
  };
  reach(y.node());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const NodePtr node = lines[i].node;
    if (node->is_leaf()) continue;
    const Visit visit(walk, *node);
    for (const Node::Edge& edge : node->inputs()) reach(edge.node);
  }
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.node->number() < b.node->number(); });
  for (std::size_t i = 0; i < lines.size(); ++i) place[lines[i].node.get()] = static_cast<int>(i);
  const auto know = [&](int at, int output, const Form& form) {
    auto& results = lines[static_cast<std::size_t>(at)].results;
    if (results.size() <= static_cast<std::size_t>(output)) results.resize(static_cast<std::size_t>(output) + 1);
    if (form.known) results[static_cast<std::size_t>(output)] = form;
  };
  know(place[y.node().get()], y.output(), {y.shape(), y.dtype(), true});
  std::set<const void*> counted;
  for (std::size_t i = lines.size(); i-- > 0;) {   // newest first: what uses a result knows its form
    Line& line = lines[i];
    if (line.is_leaf()) {
      const Array& value = static_cast<const Leaf&>(*line.node).value;
      know(static_cast<int>(i), 0, {value.shape(), value.dtype(), true});
      continue;
    }
    const Visit visit(walk, *line.node);
    for (std::size_t k = 0; k < line.node->inputs().size(); ++k) {
      const Node::Edge& edge = line.node->inputs()[k];
      line.inputs.emplace_back(edge.node ? place[edge.node.get()] : -1, edge.output);
      if (edge.node)
        know(line.inputs.back().first, edge.output,
             line.node->input_form(static_cast<int>(k), line.results.size() == 1 ? line.results[0] : Form{}));
    }
  }
  for (Line& line : lines) {
    if (line.is_leaf()) continue;
    const Visit visit(walk, *line.node);
    for (const Array& a : line.node->kept())
      if (counted.insert(a.raw()).second) line.bytes += a.size() * size_of(a.dtype());
  }
  return lines;
}

std::string call(const Line& line, std::size_t number) {
  if (line.is_leaf()) {
    const std::string& label = static_cast<const Leaf&>(*line.node).label;
    return label.empty() ? text("leaf ", number) : label;
  }
  std::string all(line.node->name());
  const char* separator = "(";
  for (const auto& [input, output] : line.inputs) {
    all += separator;
    if (input < 0) all += "·";
    else all += std::to_string(input);
    if (output > 0) all += text(".", output);
    separator = ", ";
  }
  return all + (line.inputs.empty() ? "()" : ")");
}

std::string forms(const Line& line) {
  std::string all;
  for (const Form& form : line.results) all += text(all.empty() ? "" : ", ", form.known ? text(form.shape, " ", form.dtype) : "?");
  return all;
}

std::string note(const Line& line) {
  if (line.is_leaf()) return "leaf";
  std::string all = line.bytes > 0 ? text("keeps ", line.bytes, " B") : "";
  if (line.node->hooks && line.node->hooks->origin)
    if (const std::string& origin = line.node->hooks->origin->text; origin.find(", in \"") != origin.npos)
      all += (all.empty() ? "" : ", ") + origin.substr(origin.find("in \""));
  return all;
}

// Columns of letters, not of bytes.
std::size_t width(const std::string& s) {
  return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}
std::string padded(const std::string& s, std::size_t columns) { return s + std::string(columns - std::min(width(s), columns), ' '); }

std::string quoted(const std::string& s) {
  std::string all;
  for (const char c : s) all += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return all;
}

}  // namespace

std::string tape_text(const Tensor& y) {
  const std::vector<Line> lines = lines_of("tape_text", y);
  std::size_t calls = 0, shapes = 0;
  std::int64_t bytes = 0, operations = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    calls = std::max(calls, width(call(lines[i], i)));
    shapes = std::max(shapes, width(forms(lines[i])));
    bytes += lines[i].bytes;
    operations += !lines[i].is_leaf();
  }
  const std::size_t digits = std::to_string(lines.size() - 1).size();
  std::string all;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string number = std::to_string(i);
    std::string line = std::string(digits - number.size(), ' ') + number + "  " + padded(call(lines[i], i), calls) + "  " +
                       padded(forms(lines[i]), shapes) + "  " + note(lines[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    all += line + "\n";
  }
  return all + text(operations, operations == 1 ? " operation, " : " operations, ", bytes, " B kept for backward\n");
}

std::string tape_graphviz(const Tensor& y) {
  const std::vector<Line> lines = lines_of("tape_graphviz", y);
  std::string all = "digraph tape {\n  node [fontname=\"sans-serif\"]\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    const std::string name = line.is_leaf() ? call(line, i) : std::string(line.node->name()), kept = line.is_leaf() ? "" : note(line);
    all += text("  n", i, " [shape=", line.is_leaf() ? "box, style=filled" : "ellipse", ", label=\"", quoted(name), "\\n",
                quoted(forms(line)), kept.empty() ? "" : "\\n" + quoted(kept), "\"]\n");
    for (const auto& [input, output] : line.inputs)
      if (input >= 0) all += text("  n", input, " -> n", i, output > 0 ? text(" [label=\"", output, "\"]") : "", "\n");
  }
  return all + "}\n";
}

}  // namespace gradus
