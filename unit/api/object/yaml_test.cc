#include "api/object/yaml.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

struct Case {
  const char* name;
  std::string yaml;
  std::string json;  // or, of a refusal, a part of its message
};

TEST(ParseYaml, ReadsAsKubernetesClientsDo) {
  const Case cases[] = {
      {"booleans of YAML 1.1, only where plain", "a: yes\nb: \"yes\"\nc: off\nd: 'on'\ne: True\nf: n\ng: yEs",
       R"({"a":true,"b":"yes","c":false,"d":"on","e":true,"f":false,"g":"yEs"})"},
      {"nulls", "a: ~\nb: null\nc:\nd: 'null'\ne: \"\"", R"({"a":null,"b":null,"c":null,"d":"null","e":""})"},
      {"integers with their bases", "[1, -2, +3, 0777, 0o17, 0x1F, 0b101, 1_000, -0x10, 0]",
       "[1,-2,3,511,15,31,5,1000,-16,0]"},
      {"what looks like an integer and is none", "[0o8, 1.2.3, 1-2, 0x, 12h, 10Mi, 500m, 1:20]",
       R"(["0o8","1.2.3","1-2","0x","12h","10Mi","500m","1:20"])"},
      {"the ends of 64 bits", "[9223372036854775807, -9223372036854775808]",
       "[9223372036854775807,-9223372036854775808]"},
      {"an integer beyond 64 bits is a double", "[9223372036854775808, 123456789012345678901234567890]",
       "[9223372036854775808.0,1.2345678901234568e29]"},
      {"a decimal after a leading zero", "[08, 0.5, .5, 1., 1e3, 1.5E-2, -1.5]", "[8.0,0.5,0.5,1.0,1000.0,0.015,-1.5]"},
      {"dates stay texts", "a: 2026-11-20\nb: 2026-11-20T10:00:00Z",
       R"({"a":"2026-11-20","b":"2026-11-20T10:00:00Z"})"},
      {"explicit tags", "a: !!str 12\nb: !!int \"12\"\nc: !own x", R"({"a":"12","b":12,"c":"x"})"},
      {"keys that are no texts become texts", "1: a\ntrue: b\n1.5: c\n0x10: d\n'2': e",
       R"({"1":"a","true":"b","1.5":"c","16":"d","2":"e"})"},
      {"a literal block keeps its lines", "a: |\n  one\n  two\nb: |-\n  one\n\n  two\nc: >\n  one\n  two\n",
       R"({"a":"one\ntwo\n","b":"one\n\ntwo","c":"one two\n"})"},
      {"a number in a block is a text", "a: |-\n  12", R"({"a":"12"})"},
      {"lists at the indent of their key", "a:\n- 1\n- b: 2\n  c: 3", R"({"a":[1,{"b":2,"c":3}]})"},
      {"flow style, as JSON", "{\"a\": [1, {\"b\": \"x\"}], \"c\": null}", R"({"a":[1,{"b":"x"}],"c":null})"},
      {"JSON with tabs", "{\n\t\"a\": 1,\n\t\"b\": [\n\t\t2\n\t]\n}", R"({"a":1,"b":[2]})"},
      {"aliases are copies", "a: &x {k: [1, 2]}\nb: *x\nc: [*x]",
       R"({"a":{"k":[1,2]},"b":{"k":[1,2]},"c":[{"k":[1,2]}]})"},
      {"a merge gives what the mapping lacks", "base: &b {x: 1, z: 2}\nd:\n  z: 3\n  <<: *b",
       R"({"base":{"x":1,"z":2},"d":{"z":3,"x":1}})"},
      {"a merge of several, the first wins", "d:\n  <<: [{x: 1}, {x: 2, z: 3}]", R"({"d":{"x":1,"z":3}})"},
      {"a quoted merge key is a key", "\"<<\": 1", R"({"<<":1})"},
      {"an alias as a key", "a: &n name\n*n : 1", R"({"a":"name","name":1})"},
      {"text beyond ASCII", "a: Grüße ☃", "{\"a\":\"Grüße ☃\"}"},
  };
  for (const Case& c : cases) {
    const auto document = ParseYamlDocument(c.yaml);
    ASSERT_TRUE(document.ok()) << c.name << ": " << document.status().message();
    EXPECT_TRUE(Equal(*document, *ParseJson(c.json))) << c.name << ": " << WriteJson(*document);
  }
}

TEST(ParseYaml, SplitsAStreamAndLeavesOutEmptyDocuments) {
  const auto documents = ParseYaml("---\n# nothing\n---\na: 1\n---\n---\nb: 2\n...\n");
  ASSERT_TRUE(documents.ok()) << documents.status().message();
  ASSERT_EQ(documents->size(), 2u);
  EXPECT_EQ(WriteJson((*documents)[1]), R"({"b":2})");
  EXPECT_EQ(ParseYaml("")->size(), 0u);
  EXPECT_FALSE(ParseYamlDocument("a: 1\n---\nb: 2").ok());
}

TEST(ParseYaml, RefusesWithThePlace) {
  std::string bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 8; ++j) bomb += ", " + before;
    bomb += "]\n";
  }
  std::string ladder = "a0: &a0 [x]\n";  // each step as deep as all before it
  for (int i = 1; i < 110; ++i) {
    ladder += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [[[[[*a" + std::to_string(i - 1) + "]]]]]\n";
  }
  const std::string nested = std::string(5000, '[') + std::string(5000, ']');
  std::string blocks;
  for (int i = 0; i < 800; ++i) blocks += std::string(i, ' ') + "a:\n";
  const Case cases[] = {
      {"a key that stands twice", "a: 1\nb:\n  c: 1\n  c: 2\n", "line 4, column 3: the key \"c\" stands twice"},
      {"twice after it became a text", "1: a\n'1': b", "the key \"1\" stands twice"},
      {"a tab as indentation", "a:\n\tb: 1", "line 2"},
      {"an open list", "a: [1, 2", "malformed YAML at line 1"},
      {"an unknown alias", "a: *nobody", "line 1"},
      {"an alias inside of itself", "a: &x [*x]", "inside of what it refers to"},
      {"a bomb of aliases", bomb, "expand to more than 3 MiB"},
      {"a ladder of aliases", ladder, "nested deeper than 500"},
      {"deep nesting", nested, "nested deeper than 500"},
      {"deep nesting of blocks", blocks, "nested deeper than 500"},
      {"a list as a key", "? [a]\n: 1", "a key must be a scalar"},
      {"no key", ": 1", "a key is missing"},
      {"infinity", "a: .inf", "quote it"},
      {"a tag that does not fit", "a: !!int x", "not of its type"},
      {"a merge of a scalar", "<<: 1", "must be followed by a mapping"},
      {"a comma that begins a document", ",a: 1", "line 1, column 1: no value begins like this"},
      {"a comma that begins another", "a: 1\n---\n, b", "line 3, column 1: no value begins like this"},
      {"bytes that are no UTF-8", "a: \xff", "it is not UTF-8"},
      {"a character that yaml-cpp takes for the end", "a: b\n\x04 c: d", "at byte 5: control characters"},
  };
  for (const Case& c : cases) {
    const auto documents = ParseYaml(c.yaml);
    ASSERT_FALSE(documents.ok()) << c.name;
    EXPECT_EQ(documents.status().code(), 400) << c.name;
    EXPECT_NE(documents.status().message().find(c.json), std::string::npos)
        << c.name << ": " << documents.status().message();
  }
  EXPECT_EQ(ParseYaml(std::string(kMaxYamlBytes + 1, ' ')).status().code(), 413);
}

TEST(WriteYaml, LooksAsKubectlPrintsIt) {
  const auto object = ParseJson(R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","labels":{},"annotations":
      {"note":"two\nlines\n","last":"no end\nhere","many":"x\n\n\n"}},
      "spec":{"containers":[{"name":"a","args":["-c","true","1","a: b","- x","#x","it's"],"ports":[]},{"env":[]}],
      "matrix":[[1,2],[]],"empty":"","yes":true,"ratio":0.5,"none":null}})");
  EXPECT_EQ(WriteYaml(*object), R"(apiVersion: v1
kind: Pod
metadata:
  annotations:
    last: |-
      no end
      here
    many: |+
      x


    note: |
      two
      lines
  labels: {}
  name: web
spec:
  containers:
  - args:
    - -c
    - "true"
    - "1"
    - 'a: b'
    - '- x'
    - '#x'
    - it's
    name: a
    ports: []
  - env: []
  empty: ""
  matrix:
  - - 1
    - 2
  - []
  none: null
  ratio: 0.5
  "yes": true
)");
}

TEST(WriteYaml, IsReadBackAsItWas) {
  const char* texts[] = {"",      " ",          "a ",      " a",        "~",         "null",
                         "y",     "No",         "0777",    "1e3",       "1:20:30",   "0x1f",
                         "-",     "- a",        "?",       "? a",       ":",         "a:",
                         "a: b",  "a #b",       "#a",      "*a",        "&a",        "!a",
                         "|",     ">",          "%a",      "@a",        "`a",        "'a'",
                         "\"a\"", "[a",         "{a",      "a]",        ",a",        "---",
                         "...",   "--- a",      "<<",      "=",         "a\nb",      "a\nb\n",
                         "\n",    "\na",        " a\nb",   "a \nb",     "a\n\n b",   "a\n\n\n",
                         "a\tb",  "\ta",        "a\\nb",   "\x01",      "a\r\nb",    "Grüße",
                         "☃",     "2026-11-20", ".inf",    "a'b",       "a\"b",      "a\n  b\nc",
                         "#\n#",  "- a\n- b",   "--flag",  "key=value", "a\n---\nb", "http://x:80/?a=b#c",
                         "a\\",   "\x7f",       "tail\n ", "\u0085",    "\u2028x",   "\ufeffx"};
  for (const char* text : texts) {
    JsonDocument document(rapidjson::kObjectType);
    auto& allocator = document.GetAllocator();
    SetString(document, "text", text, allocator);
    Json list(rapidjson::kArrayType);
    list.PushBack(MakeString(text, allocator), allocator);
    Set(document, "list", std::move(list), allocator);
    Set(document, text, Json(1), allocator);
    const std::string yaml = WriteYaml(document);
    const auto back = ParseYamlDocument(yaml);
    ASSERT_TRUE(back.ok()) << yaml << back.status().message();
    EXPECT_TRUE(Equal(*back, document)) << yaml << WriteJson(*back);
  }
}

TEST(WriteYaml, WhatOthersReadAsAMomentIsQuoted) {
  const std::pair<const char*, const char*> cases[] = {{"2026-01-31T12:00:00Z", "\"2026-01-31T12:00:00Z\"\n"},
                                                       {"2026-01-31", "\"2026-01-31\"\n"},
                                                       {"2026-1-3 1:2:3", "\"2026-1-3 1:2:3\"\n"},
                                                       {"2026-01-31T", "2026-01-31T\n"},
                                                       {"2026-01-31-a", "2026-01-31-a\n"},
                                                       {"10.0.0.1", "10.0.0.1\n"},
                                                       {"20260-01-31", "20260-01-31\n"}};
  for (const auto& [text, yaml] : cases) EXPECT_EQ(WriteYaml(Json(rapidjson::StringRef(text))), yaml);
}

TEST(WriteYaml, LongKeysAreMarked) {
  JsonDocument document(rapidjson::kObjectType);
  auto& allocator = document.GetAllocator();
  SetString(document, std::string(1100, 'k'), "v", allocator);
  Json inner(rapidjson::kObjectType);
  Set(inner, std::string(1100, '"'), Copy(*ParseJson(R"([{"a":{"b":[]}}])"), allocator), allocator);
  Json list(rapidjson::kArrayType);
  list.PushBack(Copy(inner, allocator), allocator);
  Set(document, std::string(1100, 'l'), std::move(list), allocator);
  Set(document, std::string(1100, 'm'), std::move(inner), allocator);
  const std::string yaml = WriteYaml(document);
  const auto back = ParseYamlDocument(yaml);
  ASSERT_TRUE(back.ok()) << yaml << back.status().message();
  EXPECT_TRUE(Equal(*back, document)) << yaml;
}

TEST(WriteYaml, WhatEndsLinesForOthersIsEscaped) {
  JsonDocument text;
  text.SetString("a\u0085\u2028\u2029\ufeff\x7f");
  EXPECT_EQ(WriteYaml(text), "\"a\\x85\\u2028\\u2029\\uFEFF\\x7F\"\n");
}

TEST(ParseYaml, EscapesAreCharacters) {
  EXPECT_EQ(WriteJson(*ParseYamlDocument("\"\\N\\_\\L\\xe9\\u263A\"")), "\"\u0085\u00a0\u2028\u00e9\u263a\"");
}

TEST(ParseYaml, OnlyAPlainKeyMerges) {
  EXPECT_EQ(WriteJson(*ParseYamlDocument("\"\\0<<\": {a: 1}")), R"({"\u0000<<":{"a":1}})");
}

TEST(Yaml, AKeyThatStandsTwiceMayBeReported) {
  std::vector<YamlDuplicate> twice;
  const Result<JsonDocument> read =
      ParseYamlDocument("a: 1\nb:\n- c: 1\n- {c: 1, d: x, c: {f: 2}}\na:\n  e: 3\n1: x\n1: z\n", &twice);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(WriteJson(*read), R"({"a":{"e":3},"b":[{"c":1},{"c":{"f":2},"d":"x"}],"1":"z"})");
  std::string told;
  for (const YamlDuplicate& key : twice) told += std::to_string(key.line) + " " + key.key + "\n";
  EXPECT_EQ(told, "4 \"c\"\n6 \"a\"\n8 1\n");
}

}  // namespace
}  // namespace croft
