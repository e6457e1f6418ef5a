#include <gradus/data/read/internal/column_builder.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include <gradus/autograd/base/internal/printable.h>
#include <gradus/autograd/base/internal/utf8.h>
#include <gradus/data/read/internal/text_buffer.h>

namespace gradus::data {
namespace {

using Store = ColumnBuilder::Store;
constexpr std::int64_t exact_in_f64 = std::int64_t{1} << 53;

Store store_of(ColumnType type) {
  if (type.kind() == ColumnType::Kind::texts) return Store::texts;
  if (type.kind() == ColumnType::Kind::categories) return Store::category;
  if (type.dtype() == boolean) return Store::truth;
  if (type.dtype() == f64) return Store::real;
  return is_floating(type.dtype()) ? Store::single : Store::whole;
}

std::string_view without_blanks(std::string_view cell, char separator) {
  const auto blank = [&](char c) { return (c == ' ' || c == '\t') && c != separator; };
  while (!cell.empty() && blank(cell.front())) cell.remove_prefix(1);
  while (!cell.empty() && blank(cell.back())) cell.remove_suffix(1);
  return cell;
}

bool is_word(std::string_view cell, std::string_view small) {
  return cell.size() == small.size() && std::ranges::equal(cell, small, {}, [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
}

// Infinity and NaN, whose names have no digits.
bool named_number(std::string_view cell, double& value) {
  const bool negative = !cell.empty() && cell.front() == '-';
  if (!cell.empty() && (negative || cell.front() == '+')) cell.remove_prefix(1);
  if (is_word(cell, "nan")) value = std::numeric_limits<double>::quiet_NaN();
  else if (is_word(cell, "inf") || is_word(cell, "infinity")) value = std::numeric_limits<double>::infinity();
  else return false;
  if (negative) value = -value;
  return true;
}

bool may_be_number(std::string_view cell, char decimal) {
  if (cell.empty()) return false;
  const char c = cell.front();
  return is_digit(c) || c == '+' || c == '-' || c == decimal || c == 'i' || c == 'I' || c == 'n' || c == 'N';
}

}  // namespace

ColumnBuilder::ColumnBuilder(const ColumnSpec& spec, const CellRules& rules)
    : spec_(spec), rules_(&rules), scans_(!rules.numbers_may_be_missing), nothing_is_missing_(rules.missing.contains("")) {
  inferred_ = spec.type.kind() == ColumnType::Kind::inferred;
  check<ValueError>(spec.categories.empty() || spec.type.kind() == ColumnType::Kind::categories, "column ",
                    gradus::detail::in_quotes(spec.name), " is ", spec.type, ", and categories are given; read it as_category");
  store_ = inferred_ ? Store::whole : store_of(spec.type);
  low_ = std::numeric_limits<std::int64_t>::min();
  high_ = std::numeric_limits<std::int64_t>::max();
  if (!inferred_ && store_ == Store::whole)
    visit(spec.type.dtype(), [this]<class T>(T) {
      if constexpr (std::is_integral_v<T>) low_ = std::numeric_limits<T>::min(), high_ = std::numeric_limits<T>::max();
    });
  fixed_categories_ = !spec.categories.empty();
  for (std::size_t k = 0; k < spec.categories.size(); ++k)
    check<ValueError>(codes_.find(spec.categories[k]) < 0 && codes_.add(spec.categories[k]) >= 0, "column ",
                      gradus::detail::in_quotes(spec.name), ": category ", gradus::detail::in_quotes(spec.categories[k]),
                      " is given twice");
}

const char* ColumnBuilder::add_scanned(const char* p, const bool* ends) {
  ScannedNumber n;
  if (store_ == Store::nothing || !scan_number(p, rules_->decimal, n) || !ends[static_cast<unsigned char>(*n.end)]) return nullptr;
  if (store_ == Store::real) {
    if (!n.real && inferred_) {
      std::int64_t value;
      if (!whole_value(n, value)) return nullptr;
      saw_wide_ |= value > exact_in_f64 || value < -exact_in_f64;
    }
    (n.real ? saw_real_ : saw_whole_) = true;
    real_.push(real_value<double>(n, rules_->decimal));
  } else if (store_ == Store::single) {
    single_.push(real_value<float>(n, rules_->decimal));
  } else {
    std::int64_t value;
    if (n.real || !whole_value(n, value) || value < low_ || value > high_) return nullptr;
    saw_whole_ = true;
    saw_wide_ |= value > exact_in_f64 || value < -exact_in_f64;
    whole_.push(value);
  }
  ++rows_;
  return n.end;
}

// Of an inferred column: text among what is none.
bool ColumnBuilder::give_up_inferring() {
  if (!inferred_) return false;
  become(Store::nothing);
  skip();
  return true;
}

void ColumnBuilder::become(Store store) {
  const auto n = static_cast<std::size_t>(rows_);
  if (store == Store::real) {
    real_.reserve(std::max(whole_.capacity(), n));
    for (const std::int64_t value : whole_) real_.push(static_cast<double>(value));
    for (const std::int64_t row : missing_) real_.begin()[row] = std::numeric_limits<double>::quiet_NaN();
  } else if (store == Store::truth) {
    truth_.reserve(n);
    for (std::size_t i = 0; i < n; ++i) truth_.push(0);
  } else if (store == Store::texts) {
    for (std::size_t i = 0; i < n; ++i) texts_.add({});
  } else {
    real_ = {}, truth_ = {}, texts_ = {};
  }
  whole_ = {};
  store_ = store;
}

bool ColumnBuilder::add_whole(std::int64_t value) {
  saw_whole_ = true;
  saw_wide_ |= value > exact_in_f64 || value < -exact_in_f64;
  switch (store_) {
    case Store::whole:
      if (value < low_ || value > high_) return false;
      whole_.push(value);
      break;
    case Store::real: real_.push(static_cast<double>(value)); break;
    case Store::single: single_.push(static_cast<float>(value)); break;
    case Store::nothing: break;
    case Store::truth:
      if (inferred_) return give_up_inferring();
      if (value != 0 && value != 1) return false;
      truth_.push(static_cast<std::uint8_t>(value));
      break;
    default: return false;
  }
  skip();
  return true;
}

bool ColumnBuilder::add_real(double value) {
  saw_real_ = true;
  switch (store_) {
    case Store::whole:
      if (!inferred_) return false;
      become(Store::real);
      [[fallthrough]];
    case Store::real: real_.push(value); break;
    case Store::single: single_.push(static_cast<float>(value)); break;
    case Store::nothing: break;
    case Store::truth: return give_up_inferring();
    default: return false;
  }
  skip();
  return true;
}

bool ColumnBuilder::add_truth(bool value) {
  saw_truth_ = true;
  if (inferred_ && store_ == Store::whole && !saw_whole_) become(Store::truth);
  switch (store_) {
    case Store::truth: truth_.push(value); break;
    case Store::nothing: break;
    default: return give_up_inferring();
  }
  skip();
  return true;
}

bool ColumnBuilder::add_text(std::string_view text, std::string& why, bool ascii) {
  if (const std::int64_t code = store_ == Store::category ? codes_.find(text) : -1; code >= 0) {
    saw_text_ = true;
    whole_.push(code);
    skip();
    return true;
  }
  if (!ascii && !gradus::detail::is_utf8(text)) {
    why = "is no UTF-8";
    return false;
  }
  saw_text_ = true;
  const bool nothing_yet = !saw_whole_ && !saw_real_ && !saw_truth_ && !saw_beyond_ && !saw_quoted_missing_;
  if (inferred_ && store_ == Store::whole && nothing_yet) become(Store::texts);
  if (store_ == Store::texts) {
    texts_.add(text);
  } else if (store_ == Store::category) {
    if (!fixed_categories_) {
      whole_.push(codes_.add(text));
    } else if (rules_->unknown_code) {
      whole_.push(*rules_->unknown_code);
    } else {
      why = "is none of the categories given; set unknown_code to let it pass";
      return false;
    }
  } else if (store_ != Store::nothing) {
    return give_up_inferring();
  }
  skip();
  return true;
}

bool ColumnBuilder::add_missing() {
  switch (store_) {
    case Store::whole:
      if (!inferred_ && !rules_->mask_missing) return false;
      whole_.push(0);
      break;
    case Store::real: real_.push(std::numeric_limits<double>::quiet_NaN()); break;
    case Store::single: single_.push(std::numeric_limits<float>::quiet_NaN()); break;
    case Store::truth:
      if (!inferred_ && !rules_->mask_missing) return false;
      truth_.push(0);
      break;
    case Store::texts: texts_.add({}); break;
    case Store::category:
      if (!rules_->unknown_code) return false;
      whole_.push(*rules_->unknown_code);
      break;
    case Store::nothing: break;
  }
  missing_.push_back(rows_);
  skip();
  return true;
}

bool ColumnBuilder::add_number_cell(std::string_view cell) {
  std::string text(cell);
  text.append(scan_padding, '\0');   // no digits
  ScannedNumber n;
  if (scan_number(text.c_str(), rules_->decimal, n) && n.end == text.c_str() + cell.size()) {
    std::int64_t whole;
    if (!n.real && whole_value(n, whole)) return add_whole(whole);
    if (store_ == Store::single) {
      single_.push(real_value<float>(n, rules_->decimal));
      skip();
      return true;
    }
    const bool beyond = !n.real, had_real = saw_real_;
    const bool added = add_real(real_value<double>(n, rules_->decimal));
    if (beyond) saw_real_ = had_real, saw_beyond_ = true;
    return added;
  }
  double named;
  return named_number(cell, named) && add_real(named);
}

bool ColumnBuilder::add(std::string_view cell, bool quoted, std::string& why, bool ascii) {
  if (store_ == Store::texts) return !quoted && rules_->missing.contains(cell) ? add_missing() : add_text(cell, why, ascii);
  if (store_ == Store::category) {
    if (quoted || !rules_->missing.contains(cell)) return add_text(cell, why, ascii);
    if (add_missing()) return true;
    why = "is missing; set unknown_code to let it pass";
    return false;
  }
  const std::string_view bare = without_blanks(cell, rules_->separator);
  if (rules_->missing.contains(bare)) {
    saw_quoted_missing_ |= quoted;
    if (add_missing()) return true;
    why = "is missing; read the column as f64, which has NaN, or set mask_missing";
    return false;
  }
  const std::int64_t before = rows_;
  if (may_be_number(bare, rules_->decimal) && (add_number_cell(bare) || rows_ != before)) return true;
  const bool yes = is_word(bare, "true");
  if (yes || is_word(bare, "false")) return add_truth(yes);
  return add_text(cell, why, ascii);
}

void ColumnBuilder::shorten(std::int64_t rows) {
  if (rows >= rows_) return;
  const auto n = static_cast<std::size_t>(rows);
  whole_.shorten(n), real_.shorten(n), single_.shorten(n), truth_.shorten(n);
  texts_.shorten(rows);
  while (!missing_.empty() && missing_.back() >= rows) missing_.pop_back();
  rows_ = rows;
}

void ColumnBuilder::expect(std::int64_t rows) {
  const auto n = static_cast<std::size_t>(rows);
  if (store_ == Store::whole || store_ == Store::category) whole_.reserve(n);
  if (store_ == Store::real) real_.reserve(n);
  if (store_ == Store::single) single_.reserve(n);
  if (store_ == Store::truth) truth_.reserve(n);
}

ColumnType ColumnBuilder::settle() {
  if (!inferred_) return spec_.type;
  inferred_ = false;
  const bool numbers = saw_whole_ || saw_real_ || saw_beyond_;
  const bool lossy = !saw_real_ && (saw_beyond_ || (saw_wide_ && !missing_.empty()));   // numbers that f64 would change
  if (saw_text_ || (saw_truth_ && numbers) || lossy) spec_.type = as_text;
  else if (saw_truth_) spec_.type = boolean;
  else if (saw_real_ || !missing_.empty()) spec_.type = f64;
  else spec_.type = i64;
  // Truth where something is missing has no value for that; false would be one.
  if (spec_.type == ColumnType(boolean) && !missing_.empty() && !rules_->mask_missing) spec_.type = as_text;
  const Store wanted = store_of(spec_.type);
  again_ = rows_ > 0 && wanted != store_ && !(wanted == Store::real && store_ == Store::whole);
  if (again_) become(Store::nothing);
  else if (wanted != store_) become(wanted);
  return spec_.type;
}

Column ColumnBuilder::take() {
  settle();
  Column out{.name = spec_.name, .type = spec_.type};
  const Shape shape{rows_};
  switch (store_) {
    case Store::texts: out.texts = std::move(texts_); break;
    case Store::real: out.values = real_.take(); break;
    case Store::single: out.values = single_.take(); break;
    case Store::truth: out.values = truth_.take(); break;
    default: out.values = whole_.take(); break;
  }
  if (store_ == Store::category) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(codes_.size())), place(order.size());
    std::iota(order.begin(), order.end(), 0);
    const bool sorted = !fixed_categories_ && rules_->sort_categories;
    if (sorted) std::ranges::sort(order, {}, [&](std::int64_t code) { return codes_[code]; });
    for (const std::int64_t code : order) {
      place[static_cast<std::size_t>(code)] = static_cast<std::int64_t>(out.categories.size());
      out.categories.emplace_back(codes_[code]);
    }
    if (sorted) {
      std::int64_t *code = out.values.mutable_data<std::int64_t>(), *const begin = code;
      const auto place_until = [&](std::int64_t row) {
        for (; code != begin + row; ++code) *code = place[static_cast<std::size_t>(*code)];
      };
      for (const std::int64_t row : missing_) place_until(row), ++code;   // which keeps the code of what is unknown
      place_until(rows_);
    }
  } else if (out.values.defined() && out.values.dtype() != spec_.type.dtype()) {
    out.values = out.values.to(spec_.type.dtype());
  }
  if (!missing_.empty()) {
    out.missing = Array::zeros(shape, boolean);
    bool* mask = out.missing.mutable_data<bool>();
    for (const std::int64_t row : missing_) mask[row] = true;
  }
  rows_ = 0;
  whole_ = {}, real_ = {}, single_ = {}, truth_ = {}, texts_ = {}, missing_ = {};
  return out;
}

}  // namespace gradus::data
