#include <gradus/data/text/tokenizer.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <gradus/data/text/train.h>

namespace gradus::data::tokenizer_test {

using nlohmann::json;
using Ids = std::vector<std::int64_t>;

const std::string folder = GRADUS_SOURCE "/tests/golden/tokenizers/";
json read(const std::string& name) { return json::parse(std::ifstream(folder + name)); }

TEST(Tokenizer, ReadsWhatTokenizersWriteAndDoesTheSame) {
  const json texts = read("texts.json"), expected = read("expected.json");
  ASSERT_EQ(expected.size(), 12u);
  for (const auto& [name, rows] : expected.items()) {
    const Tokenizer tokenizer = Tokenizer::load(folder + name + ".json");
    ASSERT_EQ(rows.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const Ids ids = tokenizer.encode(texts[i].get<std::string>());
      EXPECT_EQ(ids, rows[i][0].get<Ids>()) << name << ": " << texts[i];
      EXPECT_EQ(tokenizer.decode(rows[i][0].get<Ids>()), rows[i][1].get<std::string>()) << name << ": " << texts[i];
      EXPECT_EQ(tokenizer.decode(rows[i][0].get<Ids>(), {.skip_special_tokens = false}), rows[i][2].get<std::string>()) << name;
    }
  }
}

TEST(Tokenizer, PairsAreThoseOfTokenizers) {
  const json texts = read("texts.json"), expected = read("pairs.json");
  ASSERT_EQ(expected.size(), 12u);
  for (const auto& [name, rows] : expected.items()) {
    const Tokenizer tokenizer = Tokenizer::load(folder + name + ".json");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::vector<std::string> first{texts[i + 1]}, second{texts[i + 3]};
      const EncodedPair bare = tokenizer.encode_pair(first[0], second[0], {.add_special_tokens = false});
      EXPECT_EQ(bare.ids, rows[i][4][0].get<Ids>()) << name;
      EXPECT_EQ(bare.types, rows[i][4][1].get<Ids>()) << name;
      const EncodedPair pair = tokenizer.encode_pair(first[0], second[0]);
      EXPECT_EQ(pair.ids, rows[i][0][0].get<Ids>()) << name;
      EXPECT_EQ(pair.types, rows[i][0][1].get<Ids>()) << name;
      for (std::size_t k = 1; k < 4; ++k) {
        const PairBatch batch = tokenizer.encode_batch(first, second, {.max_length = std::array{0, 12, 7, 5}[k]});
        EXPECT_EQ(batch.ids.value().to_vector(), rows[i][k][0].get<std::vector<double>>()) << name << " " << i << " " << k;
        EXPECT_EQ(batch.types.value().to_vector(), rows[i][k][1].get<std::vector<double>>()) << name << " " << i << " " << k;
      }
    }
  }
  const Tokenizer bert = Tokenizer::load(folder + "bert.json");
  const std::vector<std::string> two{"the path", "a step is short"}, three{"x", "y", "z"};
  const PairBatch left = bert.encode_batch(two, two, {.padding = Side::left});
  EXPECT_EQ(left.mask.value().at({0, 0}), 0);
  EXPECT_EQ(left.types.value().at({0, left.types.dim(1) - 1}), 1);
  EXPECT_THROW(bert.encode_batch(two, three), ValueError);
  EXPECT_THROW(bert.encode_batch(two, two, {.max_length = 2}), ValueError);
}

TEST(Tokenizer, LearnsTheMergesThatTokenizersLearns) {
  std::vector<std::string> corpus = read("corpus.json").get<std::vector<std::string>>();
  const Tokenizer mine = train_bpe(corpus, {.vocabulary = 318, .special_tokens = {"<|endoftext|>", "<pad>"}});
  EXPECT_EQ(json::parse(mine.json())["model"]["merges"], read("gpt2.json")["model"]["merges"]);
  EXPECT_EQ(json::parse(mine.json())["model"]["vocab"], read("gpt2.json")["model"]["vocab"]);
  std::reverse(corpus.begin(), corpus.end());
  EXPECT_EQ(train_bpe(corpus, {.vocabulary = 318, .special_tokens = {"<|endoftext|>", "<pad>"}}).json(), mine.json());
  const Tokenizer llama = train_bpe(corpus, {.vocabulary = 318, .special_tokens = {"<|endoftext|>", "<pad>"}, .cuts = Cuts::llama3});
  EXPECT_EQ(json::parse(llama.json())["model"]["merges"], read("llama3.json")["model"]["merges"]);
  EXPECT_EQ(train_bpe({}, {}).size(), 256);
  EXPECT_EQ(train_bpe(corpus, {.vocabulary = 0}).size(), 256);
  const std::vector<std::string> repeated{"aaaaaaaaa aaaa"};  // pairs that overlap
  const Tokenizer pairs = train_bpe(repeated, {.vocabulary = 300, .min_frequency = 1});
  EXPECT_EQ(pairs.encode("aaaaaaaaa").size(), 1u);
  EXPECT_EQ(pairs.decode(pairs.encode("aaaaaaa aa")), "aaaaaaa aa");
}

TEST(Tokenizer, OfBytesCharactersAndWords) {
  const Tokenizer bytes = Tokenizer::bytes();
  EXPECT_EQ(bytes.size(), 256);
  EXPECT_EQ(bytes.encode("h\xc3\xa9\n"), (Ids{104, 0xc3, 0xa9, 10}));
  EXPECT_EQ(bytes.decode(Ids{104, 0xc3, 0xa9, 10}), "h\xc3\xa9\n");
  EXPECT_EQ(bytes.decode(Ids{0xc3, 104, 0xff}), "\xef\xbf\xbdh\xef\xbf\xbd");  // no character
  const std::vector<std::string> texts{"abba, c", "aé"};
  const Tokenizer letters = train_characters(texts);
  EXPECT_EQ(letters.size(), 7);  // [UNK] a b and, once each, space , c é
  EXPECT_EQ(letters.token(1), "a");
  EXPECT_EQ(letters.decode(letters.encode("éba")), "éba");
  EXPECT_EQ(letters.encode("az"), (Ids{1, 0}));
  const Tokenizer words = train_words(std::vector<std::string>{"The cat, the dog: snake_case 3.5 über-all THE"}, {.lowercase = true});
  EXPECT_EQ(words.token(1), "the");
  EXPECT_EQ(words.decode(words.encode("the  Über cat.mouse"), {.skip_special_tokens = false}), "the über cat . [UNK]");
  EXPECT_TRUE(words.id("snake_case"));
  EXPECT_FALSE(words.id("snake"));
  EXPECT_EQ(train_words(std::vector<std::string>{"a b b c c"}, {.vocabulary = 3}).token(2), "c");
  EXPECT_EQ(train_words(std::vector<std::string>{"a b b"}, {.min_frequency = 2}).size(), 2);
  EXPECT_EQ(words.special_tokens(), std::vector<std::string>{"[UNK]"});
}

// Bad UTF-8 counts as U+FFFD, so that a text of bytes and its tokens say the same.
TEST(Tokenizer, TakesTextsThatAreNoUtf8) {
  const Tokenizer bytes = Tokenizer::bytes();
  const std::string mark = "\xef\xbf\xbd";
  for (const auto& [bad, good] : std::map<std::string, std::string>{{"a\xff z", "a" + mark + " z"},
                                                                    {"\xe4\xbd", mark},  // cut off
                                                                    {"\xe4\xbdx", mark + "x"},
                                                                    {"\xc0\xaf", mark + mark},             // overlong
                                                                    {"\xed\xa0\x80", mark + mark + mark},  // a surrogate
                                                                    {"\xf4\x90\x80\x80", mark + mark + mark + mark},
                                                                    {"\xf0\x9f\x98", mark}}) {
    EXPECT_EQ(bytes.decode(bytes.encode(bad)), good);
    EXPECT_EQ(bytes.encode(bad), bytes.encode(good));
  }
  EXPECT_EQ(bytes.encode(std::string_view("\0x", 2)), (Ids{0, 120}));
}

TEST(Tokenizer, MakesBatches) {
  const Tokenizer bert = Tokenizer::load(folder + "bert.json");
  const std::vector<std::string> texts{"walking stones", "", "the path of the water and the wood"};
  const auto row = [](const Tensor& t, std::int64_t i) {
    const auto all = t.value().slice(0, i, i + 1).to_vector();
    return Ids(all.begin(), all.end());
  };
  const TokenBatch batch = bert.encode_batch(texts, {.pad_id = 9});
  const Ids first = bert.encode(texts[0]), last = bert.encode(texts[2]);
  ASSERT_EQ(batch.ids.shape(), (Shape{3, last.size()}));
  EXPECT_EQ(batch.mask.dtype(), boolean);
  Ids padded = first, mask(first.size(), 1);
  padded.resize(last.size(), 9), mask.resize(last.size(), 0);
  EXPECT_EQ(row(batch.ids, 0), padded);
  EXPECT_EQ(row(batch.mask, 0), mask);
  EXPECT_EQ(row(batch.ids, 2), last);
  const TokenBatch cut = bert.encode_batch(texts, {.max_length = 4, .length = 6, .padding = Side::left, .truncation = Side::left});
  EXPECT_EQ(row(cut.ids, 2), (Ids{0, 0, last[0], last[last.size() - 3], last[last.size() - 2], last.back()}));
  EXPECT_EQ(row(cut.ids, 1), (Ids{0, 0, 0, 0, 2, 3}));
  EXPECT_EQ(row(bert.encode_batch(texts, {.max_length = 2, .add_special_tokens = false}).ids, 2), (Ids{last[1], last[2]}));
  EXPECT_EQ(bert.encode_batch({}).ids.shape(), (Shape{0, 0}));
  EXPECT_THROW(bert.encode_batch(texts, {.length = 4}), ValueError);
  EXPECT_THROW(bert.encode_batch(texts, {.max_length = 1}), ValueError);
  EXPECT_THROW(bert.encode_batch(texts, {.max_length = -1}), ValueError);
  EXPECT_THROW(bert.decode(Ids{100'000}), ValueError);
  EXPECT_THROW(bert.decode(Ids{-1}), ValueError);
  EXPECT_THROW(bert.token(100'000), ValueError);
}

TEST(Tokenizer, IsSavedAsItIs) {
  const std::string file = testing::TempDir() + "tokenizer.json";
  const Tokenizer trained = train_bpe(std::vector<std::string>{"to be or not to be, that is to be"}, {.vocabulary = 262});
  trained.save(file);
  const Tokenizer again = Tokenizer::load(file);
  EXPECT_EQ(again.json(), trained.json());
  EXPECT_EQ(again.encode("to be"), trained.encode("to be"));
  std::vector<std::thread> threads;  // one tokenizer, many threads
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { EXPECT_EQ(again.encode("not to be"), trained.encode("not to be")); });
  for (std::thread& t : threads) t.join();
  std::filesystem::remove(file);
  EXPECT_THROW(trained.save(testing::TempDir() + "no/such/folder/t.json"), FileError);
  EXPECT_THROW(Tokenizer::load(file), FileError);
}

// A long word must not take the square of its length.
TEST(Tokenizer, LongWordsTakeTheirTime) {
  std::string word;
  for (int i = 0; i < 200'000; ++i) word += static_cast<char>('a' + i * 7 % 26);
  const Tokenizer gpt2 = Tokenizer::load(folder + "gpt2.json");
  EXPECT_EQ(gpt2.decode(gpt2.encode(word)), word);
}

// What a file must not say, and the words of the error; each changes one thing of a file that is right.
TEST(Tokenizer, RefusesFilesThatLieByName) {
  const json good = json::parse(R"({"version": "1.0", "truncation": null, "padding": null,
    "added_tokens": [{"id": 4, "content": "<s>",
                      "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
    "normalizer": null, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "Removed", "invert": false},
    "post_processor": null, "decoder": {"type": "Fuse"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "?": 3}, "merges": [["a", "b"]], "unk_token": "?"}})");
  EXPECT_EQ(Tokenizer::from_json(good.dump()).encode("ab a<s>x"), (Ids{2, 0, 4, 3}));
  const std::vector<std::tuple<const char*, const char*, const char*>> rows{
      {"/normalizer", R"({"type": "Nmt"})", "normalizer: the normalizer 'Nmt' is not known here"},
      {"/normalizer", R"({"type": "Precompiled"})", "normalizer: lacks precompiled_charsmap"},
      {"/normalizer", R"({"type": "Precompiled", "precompiled_charsmap": "AAA"})", "no multiple of 4"},
      {"/normalizer", R"({"type": "Precompiled", "precompiled_charsmap": "A?AA"})", "no base64 at byte 1"},
      {"/normalizer", R"({"type": "Precompiled", "precompiled_charsmap": "CAAAAAAA"})", "has 6 bytes, which do not hold the trie of 8"},
      {"/normalizer", R"({"type": "Precompiled", "precompiled_charsmap": "BAAAAAAAAAD/"})", "no UTF-8"},
      {"/normalizer", R"({"type": "Replace", "pattern": {"Regex": "a"}, "content": ""})", "no other regular expressions"},
      {"/normalizer", R"({"type": "NFC", "more": 1})", "normalizer: does not know the key 'more'"},
      {"/normalizer", R"({"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Odd"}]})",
       "normalizer.normalizers[1]: the normalizer"},
      {"/pre_tokenizer/pattern/Regex", R"("a|b")", "pre_tokenizer.pattern: the regular expression 'a|b' is none of those"},
      {"/pre_tokenizer/behavior", R"("Odd")", "the behaviour 'Odd'"},
      {"/pre_tokenizer", R"({"type": "UnicodeScripts"})", "the pre-tokenizer 'UnicodeScripts'"},
      {"/decoder/type", R"("CTC")", "the decoder 'CTC'"},
      {"/post_processor", R"({"type": "Odd"})", "the post-processor 'Odd'"},
      {"/post_processor", R"({"type": "BertProcessing", "sep": ["x", 77], "cls": ["<s>", 4]})",
       "post_processor: no token has the number 77"},
      {"/post_processor", R"({"type": "TemplateProcessing", "single": [], "special_tokens": {}})", "lacks it"},
      {"/post_processor", R"({"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}], "pair": [{"Sequence": {"id": "A"}}],
                              "special_tokens": {}})", "A and B once each"},
      {"/post_processor", R"({"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}], "special_tokens": {"x": {"ids": [99]}},
                              "pair": [{"SpecialToken": {"id": "x"}}, {"Sequence": {"id": "A"}}, {"Sequence": {"id": "B"}}]})",
       "no token has the number 99"},
      {"/model/type", R"("Odd")", "model: the model 'Odd'"},
      {"/model/dropout", "0.1", "left out at random"},
      {"/model/unk_token", R"("no")", "model.unk_token: is no token"},
      {"/model/vocab/a", "-1", "model.vocab.a: must be a whole number from 0 to 2147483647"},
      {"/model/vocab/a", "1e3", "must be a whole number"},
      {"/model/vocab/a", "4294967296", "must be a whole number"},
      {"/model/vocab/a", "1", "two tokens have the number 1"},
      {"/model/merges", R"([["a", "b"], ["a", "c"]])", "model.merges[1]: the vocabulary has no token 'c'"},
      {"/model/merges", R"([["b", "a"]])", "no token 'ba'"},
      {"/model/merges", R"(["ab"])", "two tokens with a space between"},
      {"/model/merges", R"([["a"]])", "must be two tokens"},
      {"/model/merges", "7", "must be a list, not number"},
      {"/model/vocab", "[]", "must be an object, not array"},
      {"/added_tokens/0/id", "1", "its number 1 is that of 'b'"},
      {"/added_tokens/0/content", R"("")", "an empty text"},
      {"/added_tokens/0/special", "1", "must be true or false"},
      {"/model", R"({"type": "Unigram", "vocab": [["a", 0]], "unk_id": 1})", "model.unk_id"},
      {"/model", R"({"type": "Unigram", "vocab": [["a", "b"]]})", "must be a number"},
      {"/model", R"({"type": "WordPiece", "vocab": {"a": 0}})", "lacks unk_token"},
      {"/version", R"("2.0")", "version: must be 1.0"},
      {"/odd", "1", "does not know the key 'odd'"},
  };
  for (const auto& [where, value, words] : rows) {
    json bad = good;
    bad[json::json_pointer(where)] = json::parse(value);
    try {
      Tokenizer::from_json(bad.dump());
      ADD_FAILURE() << where << " = " << value << " is taken";
    } catch (const FileError& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr(words)) << where;
    }
  }
  const std::string deep(100, '['), text = good.dump();
  for (const auto& [bad, words] :
       std::vector<std::pair<std::string, std::string>>{{"", "not valid JSON at byte"},
                                                        {"{", "not valid JSON"},
                                                        {"[]", "is an object, not array"},
                                                        {"{}", "lacks model"},
                                                        {deep, "nested more than"},
                                                        {text + "x", "not valid JSON"},
                                                        {R"({"model": 1, "model": 2})", "'model' stands twice"},
                                                        {"{\"a\xff\": 1}", "not valid JSON"}}) {
    try {
      Tokenizer::from_json(bad);
      ADD_FAILURE() << bad;
    } catch (const FileError& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr(words));
    }
  }
  for (std::size_t n = 0; n < text.size(); n += 7) EXPECT_THROW(Tokenizer::from_json(std::string_view(text).substr(0, n)), FileError);
  EXPECT_THROW(train_bpe({}, {.special_tokens = {"a", "a"}}), ValueError);
  EXPECT_THROW(train_bpe({}, {.special_tokens = {""}}), ValueError);
  EXPECT_THROW(train_bpe({}, {.special_tokens = {"\xff"}}), ValueError);
  EXPECT_THROW(train_bpe({}, {.min_frequency = 0}), ValueError);
  EXPECT_THROW(train_words({}, {.special_tokens = {}}), ValueError);
}

}  // namespace gradus::data::tokenizer_test
