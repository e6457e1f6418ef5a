#include <gradus/data/text/tokenizer.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <type_traits>
#include <unordered_map>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/internal/file.h>
#include <gradus/autograd/base/internal/printable.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/data/text/internal/added_tokens.h>
#include <gradus/data/text/internal/parts.h>
#include <gradus/data/text/internal/utf8.h>

namespace gradus::data {

using gradus::detail::in_quotes;

namespace {

constexpr std::uint64_t longest_tokenizer = std::uint64_t{1} << 28;

detail::AddedToken read_added(const detail::Node& node) {
  node.only({"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
  const bool special = node.flag_or("special", false);
  return {.content = node["content"].text(),
          .id = node["id"].whole(),
          .single_word = node.flag_or("single_word", false),
          .lstrip = node.flag_or("lstrip", false),
          .rstrip = node.flag_or("rstrip", false),
          .normalized = node.flag_or("normalized", !special),
          .special = special};
}

}  // namespace

struct Tokenizer::Parts {
  std::string json;
  std::unique_ptr<const detail::Normalizer> normalizer;
  std::unique_ptr<const detail::PreTokenizer> pre_tokenizer;
  std::unique_ptr<const detail::Model> model;
  std::unique_ptr<const detail::Processor> processor;
  std::unique_ptr<const detail::Decoder> decoder;
  std::deque<detail::AddedToken> added;  // they stay where they are
  detail::TokenFinder raw, normalized;
  std::unordered_map<std::int64_t, const detail::AddedToken*> by_id;
  std::unordered_map<std::string_view, const detail::AddedToken*> by_content;
  std::int64_t end = 0;

  explicit Parts(std::string_view text) : json(text) {
    const detail::Json root = detail::parse_json(json);
    const detail::Node file(root, "");
    if (!root.is_object()) fail<FileError>("a tokenizer.json is an object, not ", root.type_name());
    file.only({"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"});
    if (file.has("version") && file["version"].text() != "1.0") file["version"].refuse("must be 1.0");
    model = detail::read_model(file["model"]);
    end = model->entries.end();
    if (file.has("normalizer")) normalizer = detail::read_normalizer(file["normalizer"]);
    if (file.has("pre_tokenizer")) pre_tokenizer = detail::read_pre_tokenizer(file["pre_tokenizer"]);
    if (file.has("decoder")) decoder = detail::read_decoder(file["decoder"]);
    if (file.has("added_tokens")) file["added_tokens"].each([&](const detail::Node& node) { add(node); });
    if (file.has("post_processor")) {
      processor = detail::read_processor(file["post_processor"]);
      detail::Ids added_ids = processor ? processor->apply({}) : detail::Ids();
      for (const std::int64_t id : processor ? processor->added_to_pairs() : detail::Ids()) added_ids.push_back(id);
      for (const std::int64_t id : added_ids)
        if (!find(id)) file["post_processor"].refuse("no token has the number ", id);
    }
  }

  void add(const detail::Node& node) {
    added.push_back(read_added(node));
    const detail::AddedToken& token = added.back();
    if (token.content.empty()) node.refuse("an empty text is no token");
    const std::string* const same = model->entries.token(token.id);
    if (same && *same != token.content) node.refuse("its number ", token.id, " is that of ", in_quotes(*same));
    if (!by_id.emplace(token.id, &token).second) node.refuse("two tokens have the number ", token.id);
    if (!by_content.emplace(token.content, &token).second) node.refuse("token ", in_quotes(token.content), " stands twice");
    end = std::max(end, token.id + 1);
    std::string content = token.content;
    if (token.normalized && normalizer) normalizer->apply(content);
    (token.normalized ? normalized : raw).add(content, &token);
  }

  const std::string* find(std::int64_t id) const {
    if (const auto found = by_id.find(id); found != by_id.end()) return &found->second->content;
    return model->entries.token(id);
  }

  detail::Ids encode(std::string_view bytes, bool special) const {
    const std::string text = detail::valid_utf8(bytes);
    detail::Ids out;
    std::unordered_map<std::string, detail::Ids> known;  // words come again
    const auto piece = [&](const std::string& word) {
      if (word.size() > 64) return model->encode(word, out);
      const auto [at, fresh] = known.try_emplace(word);
      if (fresh) model->encode(word, at->second);
      out.insert(out.end(), at->second.begin(), at->second.end());
    };
    const auto found = [&](const detail::AddedToken& token) { out.push_back(token.id); };
    raw.split(
        text,
        [&](std::string_view part, std::size_t begin) {
          std::string changed(part);
          if (normalizer) normalizer->apply(changed);
          normalized.split(
              changed,
              [&](std::string_view rest, std::size_t within) {
                detail::Pieces pieces{{std::string(rest), begin == 0 && within == 0}};
                if (pre_tokenizer) pre_tokenizer->apply(pieces);
                for (const detail::Piece& p : pieces) piece(p.text);
              },
              found);
        },
        found);
    return special && processor ? processor->apply(std::move(out)) : out;
  }

  detail::PairIds around(const detail::Ids& first, const detail::Ids& second, bool special) const {
    return processor ? processor->apply(first, second, special) : detail::side_by_side(first, second);
  }
};

Tokenizer Tokenizer::from_json(std::string_view json) { return Tokenizer(std::make_shared<const Parts>(json)); }

Tokenizer Tokenizer::load(const FileName& file) {
  try {
    {
      const InputFile open(file);
      check<FileError>(open.size() <= longest_tokenizer, "a tokenizer of ", open.size(), " bytes exceeds ", longest_tokenizer);
    }
    return from_json(read_file(file));
  } catch (const FileError& e) {
    fail<FileError>("Tokenizer::load: ", file, ": ", e.what());
  }
}

Tokenizer Tokenizer::bytes() {
  detail::Json vocabulary = detail::Json::object();
  for (int b = 0; b < 256; ++b) vocabulary[detail::utf8_of(detail::letter_of_byte(static_cast<unsigned char>(b)))] = b;
  const detail::Json byte_level{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
  const detail::Json file{{"version", "1.0"},
                          {"truncation", nullptr},
                          {"padding", nullptr},
                          {"added_tokens", detail::Json::array()},
                          {"normalizer", nullptr},
                          {"pre_tokenizer", byte_level},
                          {"post_processor", nullptr},
                          {"decoder", byte_level},
                          {"model",
                           {{"type", "BPE"},
                            {"dropout", nullptr},
                            {"unk_token", nullptr},
                            {"continuing_subword_prefix", nullptr},
                            {"end_of_word_suffix", nullptr},
                            {"fuse_unk", false},
                            {"byte_fallback", false},
                            {"ignore_merges", false},
                            {"vocab", vocabulary},
                            {"merges", detail::Json::array()}}}};
  return from_json(file.dump());
}

void Tokenizer::save(const FileName& file) const {
  FileReplacement out(file);
  out.write(parts_->json.data(), parts_->json.size());
  out.commit();
}
const std::string& Tokenizer::json() const { return parts_->json; }

std::vector<std::int64_t> Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  return parts_->encode(text, options.add_special_tokens);
}

std::string Tokenizer::decode(std::span<const std::int64_t> ids, const DecodeOptions& options) const {
  std::vector<std::string> tokens;
  for (const std::int64_t id : ids) {
    const auto added = parts_->by_id.find(id);
    if (options.skip_special_tokens && added != parts_->by_id.end() && added->second->special) continue;
    tokens.push_back(token(id));
  }
  std::string out;
  if (parts_->decoder) {
    parts_->decoder->apply(tokens);
    for (const std::string& t : tokens) out += t;
  } else {
    for (const std::string& t : tokens) (out += &t == tokens.data() ? "" : " ") += t;
  }
  return out;
}

EncodedPair Tokenizer::encode_pair(std::string_view first, std::string_view second, const EncodeOptions& options) const {
  detail::PairIds pair = parts_->around(parts_->encode(first, false), parts_->encode(second, false), options.add_special_tokens);
  return {std::move(pair.ids), std::move(pair.types)};
}

namespace {

void check_batch(const BatchOptions& options) {
  check<ValueError>(options.max_length >= 0 && options.length >= 0, "encode_batch: max_length and length must be at least 0, not ",
                    options.max_length, " and ", options.length);
}

// How many tokens of a text may stay; SIZE_MAX: all.
std::size_t room_of(const BatchOptions& options, std::size_t around) {
  if (options.max_length == 0) return SIZE_MAX;
  const auto most = static_cast<std::size_t>(options.max_length);
  check<ValueError>(most >= around, "encode_batch: a max_length of ", most, " has no place for ", around, " special tokens");
  return most - around;
}

void cut(detail::Ids& row, std::size_t most, Side side) {
  if (row.size() <= most) return;
  const auto cut_off = static_cast<std::ptrdiff_t>(row.size() - most);
  if (side == Side::right) row.erase(row.end() - cut_off, row.end());
  else row.erase(row.begin(), row.begin() + cut_off);
}

// The shorter text stays whole if the rest of the room holds it; if both are longer than half of the room, they share it.
void cut_pair(detail::Ids& first, detail::Ids& second, std::size_t room, Side side) {
  if (first.size() + second.size() <= room) return;
  const bool swapped = first.size() > second.size();
  std::size_t less = std::min(first.size(), second.size()), more = less > room ? less : std::max(less, room - less);
  if (less + more > room) less = room / 2, more = less + room % 2;
  cut(first, swapped ? more : less, side);
  cut(second, swapped ? less : more, side);
}

std::int64_t length_of(const std::vector<detail::Ids>& rows, const BatchOptions& options) {
  auto longest = static_cast<std::size_t>(options.length);
  for (const detail::Ids& row : rows) {
    check<ValueError>(options.length == 0 || row.size() <= static_cast<std::size_t>(options.length), "encode_batch: a text of ", row.size(),
                      " tokens does not fit into ", options.length, "; max_length cuts longer ones");
    longest = std::max(longest, row.size());
  }
  return static_cast<std::int64_t>(longest);
}

template <class T>
Array padded(const std::vector<detail::Ids>& rows, std::int64_t length, std::int64_t value, Side side, Dtype dtype) {
  const auto n = static_cast<std::int64_t>(rows.size());
  Array out = Array::full({n, length}, static_cast<double>(value), dtype);
  T* to = out.mutable_data<T>();
  for (const detail::Ids& row : rows) {
    T* const begin = to + (side == Side::left ? length - static_cast<std::int64_t>(row.size()) : 0);
    if constexpr (std::is_same_v<T, bool>) std::fill_n(begin, row.size(), true);
    else std::copy(row.begin(), row.end(), begin);
    to += length;
  }
  return out;
}

}  // namespace

TokenBatch Tokenizer::encode_batch(std::span<const std::string> texts, const BatchOptions& options) const {
  check_batch(options);
  std::vector<detail::Ids> rows(texts.size());
  const bool special = options.add_special_tokens && parts_->processor;
  const std::size_t room = room_of(options, special ? parts_->processor->apply({}).size() : 0);
  parallel_for(static_cast<std::int64_t>(texts.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      rows[i] = parts_->encode(texts[i], false);
      cut(rows[i], room, options.truncation);
      if (special) rows[i] = parts_->processor->apply(std::move(rows[i]));
    }
  });
  const std::int64_t length = length_of(rows, options);
  return {padded<std::int64_t>(rows, length, options.pad_id, options.padding, i64),
          padded<bool>(rows, length, 0, options.padding, boolean)};
}

PairBatch Tokenizer::encode_batch(std::span<const std::string> first, std::span<const std::string> second,
                                  const BatchOptions& options) const {
  check_batch(options);
  check<ValueError>(first.size() == second.size(), "encode_batch: pairs of ", first.size(), " first and ", second.size(), " second texts");
  std::vector<detail::Ids> rows(first.size()), types(first.size());
  const std::size_t room = room_of(options, parts_->around({}, {}, options.add_special_tokens).ids.size());
  parallel_for(static_cast<std::int64_t>(first.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      detail::Ids a = parts_->encode(first[i], false), b = parts_->encode(second[i], false);
      cut_pair(a, b, room, options.truncation);
      detail::PairIds pair = parts_->around(a, b, options.add_special_tokens);
      rows[i] = std::move(pair.ids), types[i] = std::move(pair.types);
    }
  });
  const std::int64_t length = length_of(rows, options);
  return {padded<std::int64_t>(rows, length, options.pad_id, options.padding, i64),
          padded<std::int64_t>(types, length, 0, options.padding, i64), padded<bool>(rows, length, 0, options.padding, boolean)};
}

std::int64_t Tokenizer::size() const { return parts_->end; }
std::optional<std::int64_t> Tokenizer::id(std::string_view token) const {
  if (const auto added = parts_->by_content.find(token); added != parts_->by_content.end()) return added->second->id;
  const std::int64_t id = parts_->model->entries.find(token);
  return id < 0 ? std::nullopt : std::optional(id);
}
std::string Tokenizer::token(std::int64_t id) const {
  const std::string* const found = parts_->find(id);
  check<ValueError>(found != nullptr, "Tokenizer: no token has the number ", id, "; they are below ", size());
  return *found;
}
std::vector<std::string> Tokenizer::special_tokens() const {
  std::vector<std::string> out;
  for (const detail::AddedToken& token : parts_->added)
    if (token.special) out.push_back(token.content);
  return out;
}

}  // namespace gradus::data
