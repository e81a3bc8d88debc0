#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace croft::chart {

enum class TokenType : uint8_t {
  kError,  // the text says what is wrong; the last token
  kBool,
  kChar,  // a printable character that means nothing
  kCharConstant,
  kComplex,
  kAssign,
  kDeclare,
  kEnd,  // of the text
  kField,
  kIdentifier,
  kLeftDelimiter,
  kLeftParenthesis,
  kNumber,
  kPipe,
  kRawString,
  kRightDelimiter,
  kRightParenthesis,
  kSpace,
  kString,
  kText,
  kVariable,
  kKeyword,  // all below are keywords
  kKeywordBlock,
  kKeywordBreak,
  kKeywordContinue,
  kKeywordDot,
  kKeywordDefine,
  kKeywordElse,
  kKeywordEnd,
  kKeywordIf,
  kKeywordNil,
  kKeywordRange,
  kKeywordTemplate,
  kKeywordWith,
};

struct Token {
  TokenType type;
  uint32_t position;
  int line;
  std::string_view text;
};

// As errors name it.
std::string Describe(const Token& token);

struct Tokens {
  std::vector<Token> list;  // ends with kEnd or kError
  std::string error;        // what the error token's text refers to
};

// Cuts a template into tokens, comments and what is trimmed left out. `text` has to outlive the tokens.
void Lex(std::string_view text, Tokens& out);

}  // namespace croft::chart
