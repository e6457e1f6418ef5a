// The instructions. Their names and meanings are those of CPython's Lib/pickletools.py, protocols 2 to 5.
#include <gradus/autograd/array/formats/internal/pickle_machine.h>

#include <limits>

#include <gradus/autograd/base/internal/utf8.h>

namespace gradus::detail {
namespace {

constexpr std::size_t most_nodes = std::numeric_limits<PickleRef>::max() - 1;

// The instructions that torch.save has no use for, or that call what the pickle names.
std::string_view name_of_refused(unsigned char code) {
  switch (code) {
    case 'i': return "INST";
    case 'o': return "OBJ";
    case 0x81: return "NEWOBJ";
    case 0x92: return "NEWOBJ_EX";
    case 0x82: return "EXT1";
    case 0x83: return "EXT2";
    case 0x84: return "EXT4";
    case 'P': return "PERSID";
    case '0': return "POP";
    case '1': return "POP_MARK";
    case '2': return "DUP";
    case 'I': return "INT";
    case 'L': return "LONG";
    case 'F': return "FLOAT";
    case 'S': return "STRING";
    case 'V': return "UNICODE";
    case 'p': return "PUT";
    case 'g': return "GET";
    case 0x97: return "NEXT_BUFFER";
    case 0x98: return "READONLY_BUFFER";
    default: return {};
  }
}

}  // namespace

std::string_view name_of(PickleKind kind) {
  constexpr std::string_view names[] = {"None",    "a bool",  "an int",  "a large int", "a float",       "a str",
                                        "bytes",   "a list",  "a tuple", "a set",       "a dict",        "a storage",
                                        "a tensor", "a dtype", "a device", "a NumPy dtype", "a class or function"};
  return names[static_cast<std::size_t>(kind)];
}

std::string PickleMachine::place(std::size_t at) const { return gradus::text("at byte ", at, " of ", name_); }

std::string_view PickleMachine::take(std::uint64_t n) {
  if (n > bytes_.size() - position_)
    fail<PickleEnds>("truncated: ", n, " bytes wanted where ", bytes_.size() - position_, " are left, ", place(at_));
  const std::string_view out = bytes_.substr(position_, static_cast<std::size_t>(n));
  position_ += static_cast<std::size_t>(n);
  return out;
}

std::uint64_t PickleMachine::number(int bytes) {
  std::uint64_t out = 0;
  const std::string_view taken = take(static_cast<std::uint64_t>(bytes));
  for (int i = bytes; i-- > 0;) out = out << 8 | static_cast<unsigned char>(taken[static_cast<std::size_t>(i)]);
  return out;
}

std::string_view PickleMachine::line() {
  constexpr std::size_t longest = 1024;
  const std::size_t end = bytes_.substr(position_, longest).find('\n');
  if (end == std::string_view::npos && bytes_.size() - position_ < longest)
    fail<PickleEnds>("truncated: a name without an end ", place(at_));
  if (end == std::string_view::npos) refuse(at_, "a name of more than ", longest, " bytes");
  const std::string_view out = take(end);
  take(1);
  return out;
}

PickleNode& PickleMachine::make(PickleKind kind) {
  if (nodes_.size() >= most_nodes) refuse(at_, "more than 2^32 values");
  stack_.push_back(static_cast<PickleRef>(nodes_.size()));
  PickleNode& node = nodes_.emplace_back();
  node.kind = kind;
  node.place = at_;
  return node;
}

void PickleMachine::push_text(PickleKind kind, std::string_view text) {
  if (kind == PickleKind::text && !is_utf8(text)) refuse(at_, "a str that is not valid UTF-8");
  make(kind).at = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(text);
}

// Two's complement, little endian.
void PickleMachine::push_long(std::string_view bytes) {
  if (bytes.size() > 8) return push_text(PickleKind::big_integer, bytes);
  std::uint64_t value = !bytes.empty() && (bytes.back() & 0x80) ? ~std::uint64_t{0} : 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  make(PickleKind::integer).integer = static_cast<std::int64_t>(value);
}

void PickleMachine::push_float() {
  std::uint64_t bits = 0;
  for (const char c : take(8)) bits = bits << 8 | static_cast<unsigned char>(c);
  make(PickleKind::number).number = __builtin_bit_cast(double, bits);
}

void PickleMachine::push_list(PickleKind kind, std::vector<PickleRef> items) {
  make(kind).at = static_cast<std::uint32_t>(lists_.size());
  lists_.push_back(std::move(items));
}

PickleNode& PickleMachine::push_dict() {
  PickleNode& node = make(PickleKind::dict);
  node.at = static_cast<std::uint32_t>(dicts_.size());
  dicts_.emplace_back();
  return node;
}

PickleRef PickleMachine::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse(at_, "an instruction finds nothing on the stack");
  return stack_.back();
}

PickleRef PickleMachine::pop() {
  const PickleRef out = top();
  stack_.pop_back();
  return out;
}

std::vector<PickleRef> PickleMachine::pop_mark() {
  if (marks_.empty()) refuse(at_, "an instruction finds no mark on the stack");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleRef> out(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return out;
}

std::vector<PickleRef> PickleMachine::pop_several(int n) {
  std::vector<PickleRef> out(static_cast<std::size_t>(n));
  for (std::size_t i = out.size(); i-- > 0;) out[i] = pop();
  return out;
}

void PickleMachine::put(std::uint64_t index) {
  // Python numbers what it remembers from 0 on, so there are no more numbers than instructions.
  if (index >= bytes_.size()) refuse(at_, "number ", index, " of the memo of a pickle of ", bytes_.size(), " bytes");
  if (index >= memo_.size()) memo_.resize(static_cast<std::size_t>(index) + 1);
  memo_[static_cast<std::size_t>(index)] = top();
}

void PickleMachine::get(std::uint64_t index) {
  if (index >= memo_.size() || memo_[static_cast<std::size_t>(index)] == 0) refuse(at_, "number ", index, " of the memo, which is empty,");
  stack_.push_back(memo_[static_cast<std::size_t>(index)]);
}

void PickleMachine::append(PickleKind kind, const std::vector<PickleRef>& items) {
  const PickleNode& node = nodes_[top()];
  if (node.kind != kind) refuse(at_, "items are added to ", name_of(node.kind), ", not to ", name_of(kind), ",");
  std::vector<PickleRef>& list = lists_[node.at];
  list.insert(list.end(), items.begin(), items.end());
}

void PickleMachine::set_items(const std::vector<PickleRef>& items) {
  const PickleNode& node = nodes_[top()];
  if (node.kind != PickleKind::dict) refuse(at_, "items are set in ", name_of(node.kind), ", not in a dict,");
  if (items.size() % 2 != 0) refuse(at_, "a dict's keys and values are ", items.size(), ", an odd number,");
  PickleDict& dict = dicts_[node.at];
  for (std::size_t i = 0; i < items.size(); i += 2) dict.items.emplace_back(items[i], items[i + 1]);
}

PickleRef PickleMachine::run() {
  stack_.clear(), marks_.clear(), memo_.clear();
  for (;;) {
    at_ = position_;
    const auto code = static_cast<unsigned char>(take(1)[0]);
    if (code == '.') {
      const PickleRef out = pop();
      if (!stack_.empty() || !marks_.empty())
        refuse(at_, "the pickle leaves ", stack_.size(), " more values behind than the one that it is of");
      return out;
    }
    step(code);
  }
}

void PickleMachine::step(unsigned char code) {
  using K = PickleKind;
  const auto push_integer = [&](std::int64_t value) { make(K::integer).integer = value; };
  switch (code) {
    case 0x80:                                                                        // PROTO
      if (const auto protocol = number(1); protocol < 2 || protocol > 5)
        refuse(at_, "protocol ", protocol, " of pickles; gradus reads 2 to 5;");
      return;
    case 0x95: {                                                                      // FRAME: what follows stands together
      const std::uint64_t length = number(8);
      if (length > bytes_.size() - position_)
        fail<PickleEnds>("truncated: a frame of ", length, " bytes where ", bytes_.size() - position_, " are left, ", place(at_));
      return;
    }
    case '(': return marks_.push_back(stack_.size());
    case 'N': return void(make(K::none));
    case 0x88: return void(make(K::boolean).flag = true);
    case 0x89: return void(make(K::boolean).flag = false);
    case 'J': return push_integer(static_cast<std::int32_t>(number(4)));
    case 'K': return push_integer(static_cast<std::int64_t>(number(1)));
    case 'M': return push_integer(static_cast<std::int64_t>(number(2)));
    case 0x8a: return push_long(take(number(1)));
    case 0x8b: return push_long(take(number(4)));
    case 'G': return push_float();
    case 'X': return push_text(K::text, take(number(4)));
    case 0x8c: return push_text(K::text, take(number(1)));
    case 0x8d: return push_text(K::text, take(number(8)));
    case 'U':                                                                         // of Python 2: a name, or bytes
    case 'T': {
      const std::string_view taken = take(number(code == 'U' ? 1 : 4));
      return push_text(is_utf8(taken) ? K::text : K::bytes, taken);
    }
    case 'C': return push_text(K::bytes, take(number(1)));
    case 'B': return push_text(K::bytes, take(number(4)));
    case 0x8e:
    case 0x96: return push_text(K::bytes, take(number(8)));
    case ']': return push_list(K::list, {});
    case 'a': {
      const std::vector<PickleRef> item = pop_several(1);
      return append(K::list, item);
    }
    case 'e': {
      const std::vector<PickleRef> taken = pop_mark();
      return append(K::list, taken);
    }
    case 'l': return push_list(K::list, pop_mark());
    case ')': return push_list(K::tuple, {});
    case 't': return push_list(K::tuple, pop_mark());
    case 0x85: return push_list(K::tuple, pop_several(1));
    case 0x86: return push_list(K::tuple, pop_several(2));
    case 0x87: return push_list(K::tuple, pop_several(3));
    case '}': return void(push_dict());
    case 'd': {
      const std::vector<PickleRef> taken = pop_mark();
      push_dict();
      return set_items(taken);
    }
    case 's': {
      const std::vector<PickleRef> taken = pop_several(2);
      return set_items(taken);
    }
    case 'u': {
      const std::vector<PickleRef> taken = pop_mark();
      return set_items(taken);
    }
    case 0x8f: return push_list(K::set, {});
    case 0x90: {
      const std::vector<PickleRef> taken = pop_mark();
      return append(K::set, taken);
    }
    case 0x91: return push_list(K::set, pop_mark());
    case 'q': return put(number(1));
    case 'r': return put(number(4));
    case 0x94: return put(memo_.size());
    case 'h': return get(number(1));
    case 'j': return get(number(4));
    case 'c': {
      const std::string_view module = line();
      return push_global(module, line());
    }
    case 0x93: {
      const PickleRef name = pop(), module = pop();
      if (nodes_[name].kind != K::text || nodes_[module].kind != K::text) refuse(at_, "a class or function whose name is no str,");
      return push_global(text(module), text(name));
    }
    case 'R': return reduce();
    case 'b': return build();
    case 'Q': return persistent();
    default: break;
  }
  const std::string_view name = name_of_refused(code);
  if (name.empty()) refuse(at_, "no pickle has an instruction ", static_cast<int>(code), ";");
  fail<FileError>(name, " ", place(at_), ": torch.save writes no such instruction, and gradus runs nothing");
}

}  // namespace gradus::detail
