#pragma once

#include <string>
#include <string_view>

#include "tools/chart/value/value.h"

namespace croft::chart {

// Reads the single things of which a TOML text is made: keys, texts, numbers, times. Each `Read` starts where the last
// ended and fails with what is wrong there.
class TomlScanner {
 public:
  explicit TomlScanner(std::string_view text) : rest_(text), whole_(text) {}

  bool done() const { return rest_.empty(); }
  char next() const { return rest_.empty() ? '\0' : rest_[0]; }
  bool Take(std::string_view what);
  void SkipBlanks();
  // Blanks, line ends and comments.
  Status SkipLines();
  // The rest of a line, which must be empty or a comment.
  Status EndLine();
  // One part of a dotted key.
  Result<std::string> ReadKeyPart();
  // A text, number, truth or time.
  Result<Value> ReadScalar();
  // A failure here: "toml: line 3: ...".
  Status Failed(std::string_view why) const;

 private:
  Status SkipComment();
  Result<std::string> ReadString();
  Result<std::string> ReadBasic(bool many_lines);
  Result<std::string> ReadLiteral(bool many_lines);
  Status ReadEscape(std::string& out, bool many_lines);
  Result<Value> ReadNumber(std::string_view word);

  std::string_view rest_;
  const std::string_view whole_;
};

}  // namespace croft::chart
