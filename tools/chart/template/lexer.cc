#include "tools/chart/template/lexer.h"

#include <algorithm>
#include <array>

#include "tools/chart/value/go_format.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

constexpr std::string_view kLeft = "{{";
constexpr std::string_view kRight = "}}";
constexpr std::string_view kSpaces = " \t\r\n";
constexpr char32_t kEof = 0xFFFFFFFF;

bool IsSpace(char32_t c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool IsAlphanumeric(char32_t c) {
  return c != kEof && (c == '_' || IsLetterOrDigit(c));
}

TokenType Keyword(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, TokenType>, 11> kKeywords = {{
      {"block", TokenType::kKeywordBlock},
      {"break", TokenType::kKeywordBreak},
      {"continue", TokenType::kKeywordContinue},
      {"define", TokenType::kKeywordDefine},
      {"else", TokenType::kKeywordElse},
      {"end", TokenType::kKeywordEnd},
      {"if", TokenType::kKeywordIf},
      {"nil", TokenType::kKeywordNil},
      {"range", TokenType::kKeywordRange},
      {"template", TokenType::kKeywordTemplate},
      {"with", TokenType::kKeywordWith},
  }};
  for (const auto& [name, type] : kKeywords) {
    if (name == word) return type;
  }
  return word == "true" || word == "false" ? TokenType::kBool : TokenType::kIdentifier;
}

class Lexer {
 public:
  Lexer(std::string_view text, Tokens& out) : text_(text), out_(out) {}

  void Run() {
    out_.list.reserve(text_.size() / 8 + 4);
    while (!done_) Text();
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  bool Starts(std::string_view prefix) const { return rest().starts_with(prefix); }

  char32_t Next() {
    if (at_ >= text_.size()) return kEof;
    std::string_view left = rest();
    const char32_t c = TakeRune(left);
    at_ = text_.size() - left.size();
    return c;
  }
  char32_t Peek() const {
    if (at_ >= text_.size()) return kEof;
    std::string_view left = rest();
    return TakeRune(left);
  }

  bool Accept(std::string_view valid) {
    if (at_ >= text_.size() || valid.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }

  // Goes to `position`, counting lines.
  void SkipTo(size_t position) {
    line_ += static_cast<int>(std::count(text_.begin() + static_cast<ptrdiff_t>(start_),
                                         text_.begin() + static_cast<ptrdiff_t>(position), '\n'));
    at_ = start_ = position;
  }

  void Emit(TokenType type) {
    out_.list.push_back({type, static_cast<uint32_t>(start_), line_, text_.substr(start_, at_ - start_)});
    SkipTo(at_);
  }

  void Fail(std::string message) {
    out_.error = std::move(message);
    out_.list.push_back({TokenType::kError, static_cast<uint32_t>(start_), line_, out_.error});
    done_ = true;
  }

  void Text() {
    size_t delimiter = text_.find(kLeft, at_);
    if (delimiter == std::string_view::npos) {
      at_ = text_.size();
      if (at_ > start_) Emit(TokenType::kText);
      Emit(TokenType::kEnd);
      done_ = true;
      return;
    }
    const bool trim = TrimsLeft(delimiter + kLeft.size());
    size_t end = delimiter;
    if (trim) {
      while (end > start_ && IsSpace(static_cast<unsigned char>(text_[end - 1]))) --end;
    }
    at_ = end;
    if (at_ > start_) Emit(TokenType::kText);
    SkipTo(delimiter);
    const size_t inside = delimiter + kLeft.size() + (trim ? 2 : 0);
    if (text_.substr(inside).starts_with("/*")) {
      SkipTo(inside);
      return Comment();
    }
    at_ = delimiter + kLeft.size();
    Emit(TokenType::kLeftDelimiter);
    SkipTo(inside);
    Action();
  }

  bool TrimsLeft(size_t at) const {
    return at + 1 < text_.size() && text_[at] == '-' && IsSpace(static_cast<unsigned char>(text_[at + 1]));
  }
  // " -}}" or "}}", told from the length of what stands before the delimiter; -1 when it is neither.
  int RightDelimiter(size_t at) const {
    const std::string_view left = text_.substr(std::min(at, text_.size()));
    if (left.size() >= 2 && IsSpace(static_cast<unsigned char>(left[0])) && left[1] == '-' &&
        left.substr(2).starts_with(kRight)) {
      return 2;
    }
    return left.starts_with(kRight) ? 0 : -1;
  }

  void Comment() {
    const size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return Fail("unclosed comment");
    const int marker = RightDelimiter(end + 2);
    if (marker < 0) return Fail("comment ends before closing delimiter");
    SkipPast(end + 2 + static_cast<size_t>(marker) + kRight.size(), marker > 0);
  }

  void SkipPast(size_t position, bool trim) {
    if (trim) position = std::min(text_.find_first_not_of(kSpaces, position), text_.size());
    SkipTo(position);
  }

  void Action() {
    parentheses_ = 0;
    while (!done_) {
      const int marker = RightDelimiter(at_);
      if (marker >= 0) {
        if (parentheses_ > 0) return Fail("unclosed left paren");
        SkipTo(at_ + static_cast<size_t>(marker));
        at_ += kRight.size();
        Emit(TokenType::kRightDelimiter);
        return SkipPast(at_, marker > 0);
      }
      Item();
    }
  }

  void Item() {
    const char32_t c = Next();
    if (c == kEof) return Fail("unclosed action");
    if (IsSpace(c)) return Space();
    switch (c) {
      case '=':
        return Emit(TokenType::kAssign);
      case ':':
        return Next() == '=' ? Emit(TokenType::kDeclare) : Fail("expected :=");
      case '|':
        return Emit(TokenType::kPipe);
      case '"':
        return Quoted('"', TokenType::kString, "unterminated quoted string");
      case '\'':
        return Quoted('\'', TokenType::kCharConstant, "unterminated character constant");
      case '`':
        return RawString();
      case '$':
        return FieldOrVariable(TokenType::kVariable);
      case '(':
        ++parentheses_;
        return Emit(TokenType::kLeftParenthesis);
      case ')':
        if (--parentheses_ < 0) return Fail("unexpected right paren");
        return Emit(TokenType::kRightParenthesis);
      default:
        break;
    }
    if (c == '.' && at_ < text_.size() && (text_[at_] < '0' || text_[at_] > '9')) {
      return FieldOrVariable(TokenType::kField);
    }
    if (c == '.' || c == '+' || c == '-' || (c >= '0' && c <= '9')) {
      --at_;
      return Number();
    }
    if (IsAlphanumeric(c)) return Identifier();
    if (c < 0x80 && IsPrint(c)) return Emit(TokenType::kChar);
    Fail(GoSprintf("unrecognized character in action: %#U", std::vector{Value::Int(c)}));
  }

  // Up to the space that belongs to a trim marker.
  void Space() {
    while (IsSpace(Peek())) Next();
    if (RightDelimiter(at_ - 1) > 0) --at_;
    if (at_ > start_) Emit(TokenType::kSpace);
  }

  void Identifier() {
    char32_t c = 0;
    while (IsAlphanumeric(c = Peek())) Next();
    if (!AtTerminator()) return BadCharacter(c);
    Emit(Keyword(text_.substr(start_, at_ - start_)));
  }

  void FieldOrVariable(TokenType type) {
    if (AtTerminator()) return Emit(type == TokenType::kField ? TokenType::kKeywordDot : type);
    char32_t c = 0;
    while (IsAlphanumeric(c = Peek())) Next();
    if (!AtTerminator()) return BadCharacter(c);
    Emit(type);
  }

  bool AtTerminator() const {
    const char32_t c = Peek();
    return c == kEof || IsSpace(c) ||
           (c < 0x80 && std::string_view(".,|:)(").find(static_cast<char>(c)) != std::string_view::npos) ||
           Starts(kRight);
  }

  void BadCharacter(char32_t c) { Fail(GoSprintf("bad character %#U", std::vector{Value::Int(c)})); }

  void Quoted(char quote, TokenType type, const char* unterminated) {
    while (true) {
      char32_t c = Next();
      if (c == static_cast<unsigned char>(quote)) return Emit(type);
      if (c == '\\') {
        c = Next();
        if (c != kEof && c != '\n') continue;
      }
      if (c == kEof || c == '\n') return Fail(unterminated);
    }
  }

  void RawString() {
    const size_t end = text_.find('`', at_);
    if (end == std::string_view::npos) return Fail("unterminated raw quoted string");
    at_ = end + 1;
    Emit(TokenType::kRawString);
  }

  void Number() {
    if (!ScanNumber()) return BadNumber();
    if (Peek() != '+' && Peek() != '-') return Emit(TokenType::kNumber);
    if (!ScanNumber() || text_[at_ - 1] != 'i') return BadNumber();
    Emit(TokenType::kComplex);
  }
  void BadNumber() { Fail("bad number syntax: " + GoQuote(text_.substr(start_, at_ - start_))); }

  bool ScanNumber() {
    Accept("+-");
    std::string_view digits = "0123456789_";
    int base = 10;
    if (Accept("0")) {
      if (Accept("xX")) {
        digits = "0123456789abcdefABCDEF_";
        base = 16;
      } else if (Accept("oO")) {
        digits = "01234567_";
        base = 8;
      } else if (Accept("bB")) {
        digits = "01_";
        base = 2;
      }
    }
    Run(digits);
    if (Accept(".")) Run(digits);
    if ((base == 10 && Accept("eE")) || (base == 16 && Accept("pP"))) {
      Accept("+-");
      Run("0123456789_");
    }
    Accept("i");
    if (!IsAlphanumeric(Peek())) return true;
    Next();
    return false;
  }
  void Run(std::string_view valid) {
    while (Accept(valid)) {
    }
  }

  std::string_view text_;
  Tokens& out_;
  size_t at_ = 0;
  size_t start_ = 0;  // of the token
  int line_ = 1;      // where it starts
  int parentheses_ = 0;
  bool done_ = false;
};

}  // namespace

std::string Describe(const Token& token) {
  if (token.type == TokenType::kEnd) return "EOF";
  if (token.type == TokenType::kError) return std::string(token.text);
  if (token.type > TokenType::kKeyword) return "<" + std::string(token.text) + ">";
  if (token.text.size() > 10) return GoSprintf("%.10q...", std::vector{Value::String(std::string(token.text))});
  return GoQuote(token.text);
}

void Lex(std::string_view text, Tokens& out) {
  Lexer(text, out).Run();
}

}  // namespace croft::chart
