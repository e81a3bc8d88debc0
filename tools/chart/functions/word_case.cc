#include "tools/chart/functions/word_case.h"

#include <vector>

#include "tools/chart/functions/runes.h"

namespace croft::chart {
namespace {

enum class Kind { kNone, kNumber, kCapitals, kLetters, kConnector, kPunctuation, kOther };

struct Word {
  Kind kind = Kind::kNone;
  std::string_view text;
};

bool IsConnector(char32_t rune) {
  return rune == '-' || rune == '_' || IsSpace(rune);
}

// Letters that have words: Chinese characters stand for themselves.
bool IsWordLetter(char32_t rune) {
  const bool chinese =
      (rune >= 0x4E00 && rune <= 0x9FCC) || (rune >= 0x3400 && rune <= 0x4D85) || (rune >= 0x20000 && rune <= 0x2B81D);
  return IsLetter(rune) && !chinese;
}

// Reads words off a text. Bytes that are no UTF-8 belong to the rune behind them, at the end to the one before.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  Word Next() {
    start_ = rest_;
    Peek(kReplacement);
    if (rune_ == kReplacement) {
      rest_.remove_prefix(size_);
      return Finish(Kind::kNone);
    }
    if (IsConnector(rune_)) return Run(Kind::kConnector, IsConnector);
    if (IsPunct(rune_)) return Run(Kind::kPunctuation, IsPunct);
    if (IsUpper(rune_)) return Capitals();
    if (IsWordLetter(rune_)) return Run(Kind::kLetters, IsSmall);
    if (IsNumber(rune_)) return Run(Kind::kNumber, IsNumber);
    return Run(Kind::kOther,
               [](char32_t r) { return !IsConnector(r) && !IsWordLetter(r) && !IsNumber(r) && !IsPunct(r); });
  }
  bool done() const { return rest_.empty(); }

 private:
  static bool IsSmall(char32_t rune) { return IsWordLetter(rune) && !IsUpper(rune); }

  // The next valid rune and how far it reaches; `before` where there is none.
  void Peek(char32_t before) {
    std::string_view text = rest_;
    rune_ = before;
    while (!text.empty()) {
      const char32_t rune = TakeRune(text);
      if (rune != kReplacement) {
        rune_ = rune;
        break;
      }
    }
    size_ = rest_.size() - text.size();
  }

  // Takes the rune that Peek found, and those behind it that belong to it.
  template <class F>
  Word Run(Kind kind, F belongs) {
    do {
      rest_.remove_prefix(size_);
      last_size_ = size_;
      if (rest_.empty()) break;
      Peek(rune_);
    } while (belongs(rune_));
    return Finish(kind);
  }

  // "Status", "HTTP"; of "HTTPStatus" the first four.
  Word Capitals() {
    rest_.remove_prefix(size_);
    if (rest_.empty()) return Finish(Kind::kCapitals);
    Peek(rune_);
    if (IsSmall(rune_)) return Run(Kind::kCapitals, IsSmall);
    if (!IsUpper(rune_)) return Finish(Kind::kCapitals);
    const Word word = Run(Kind::kCapitals, IsUpper);
    if (rest_.empty() || !IsWordLetter(rune_)) return word;
    rest_ = start_.substr(word.text.size() - last_size_);
    return Finish(Kind::kCapitals);
  }

  Word Finish(Kind kind) const { return {kind, start_.substr(0, start_.size() - rest_.size())}; }

  std::string_view rest_;
  std::string_view start_;
  char32_t rune_ = 0;
  size_t size_ = 0;
  size_t last_size_ = 0;
};

class Joiner {
 public:
  Joiner(std::string_view text, char connector) : connector_(connector) {
    for (Scanner scanner(text); !scanner.done();) words_.push_back(scanner.Next());
  }

  std::string Join() {
    while (at_ + 1 < words_.size()) {
      if (kind() != Kind::kConnector) Write();
      const Word before = words_[at_++];
      switch (before.kind) {
        case Kind::kNumber:
          WriteTail();
          break;
        case Kind::kConnector:
          Write(before);
          break;
        case Kind::kPunctuation:
          break;
        default:
          AfterLetters();
      }
    }
    Write();
    return std::move(out_);
  }

 private:
  Kind kind() const { return at_ < words_.size() ? words_[at_].kind : Kind::kNone; }
  bool AtBreak() const { return kind() == Kind::kConnector || kind() == Kind::kPunctuation; }

  // What follows a number belongs to it ("20x", "2m3s") up to capitals or a break.
  void WriteTail() {
    while (kind() == Kind::kLetters || kind() == Kind::kNumber) {
      Write();
      ++at_;
    }
    if (kind() != Kind::kNone && !AtBreak()) out_ += connector_;
  }

  void AfterLetters() {
    if (kind() != Kind::kNumber) {
      if (!AtBreak()) out_ += connector_;
      return;
    }
    if (at_ + 1 >= words_.size()) return;
    const Word number = words_[at_++];
    if (kind() == Kind::kLetters) {  // a word of its own: "http_2xx"
      out_ += connector_;
      Write(number);
      WriteTail();
    } else {  // part of the word before: "bld4_floor"
      Write(number);
      if (!AtBreak()) out_ += connector_;
    }
  }

  void Write() {
    if (at_ < words_.size()) Write(words_[at_]);
  }
  void Write(const Word& word) {
    if (word.kind != Kind::kCapitals && word.kind != Kind::kConnector) {
      out_ += word.text;
      return;
    }
    for (std::string_view text = word.text; !text.empty();) {
      const char32_t rune = TakeRune(text);
      AppendRune(out_, IsConnector(rune) ? static_cast<char32_t>(connector_) : IsUpper(rune) ? ToLower(rune) : rune);
    }
  }

  const char connector_;
  std::vector<Word> words_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string JoinWords(std::string_view text, char connector) {
  return Joiner(text, connector).Join();
}

std::string PascalCase(std::string_view text) {
  const std::u32string runes = Runes(text);
  size_t at = 0;
  while (at < runes.size() && IsConnector(runes[at])) ++at;
  std::u32string out = runes.substr(0, at);
  if (at == runes.size()) {  // nothing but connectors: the last one comes twice
    if (at > 0) out += runes.back();
    return FromRunes(out);
  }
  bool capitals = IsUpper(runes[at]);  // the word began with one: those that follow at once become small
  char32_t before = ToUpper(runes[at]);
  for (++at; at < runes.size(); ++at) {
    char32_t rune = runes[at];
    if (IsConnector(before)) {
      if (IsConnector(rune)) {
        out += before;
        before = rune;
        continue;
      }
      capitals = IsUpper(rune);
      rune = ToUpper(rune);
    } else {
      if (capitals && IsUpper(rune)) {
        rune = ToLower(rune);
      } else {
        capitals = false;
      }
      out += before;
    }
    before = rune;
  }
  out += before;
  return FromRunes(out);
}

}  // namespace croft::chart
