#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace croft::chart {

enum class TextStyle { kPlain, kSingle, kDouble, kLiteral };

// How go-yaml writes a text, which is UTF-8: plain where it reads as this text again. `pretty` is its third version,
// which leaves tabs in literal blocks. `resolves`: plain only where the text is not taken for another type.
TextStyle ChooseStyle(std::string_view text, bool as_key, bool pretty, bool resolves);

void AppendDoubleQuoted(std::string& out, std::string_view text);
// What follows "|": whether line breaks at the end are stripped ("-"), kept ("+") or one ("").
std::string_view ChompMark(std::string_view text);
// How many bytes the line break at `at` has; 0 where there is none.
size_t BreakSize(std::string_view text, size_t at);
bool HasBreak(std::string_view text);

// Whether it has nothing but what JSON and YAML leave as it is in all places.
bool IsPlainAscii(std::string_view text);
// What go-yaml reads of the text that encoding/json wrote: characters that YAML forbids fail, and U+0085 folds the
// line.
std::optional<std::string> ReadBackFromJson(std::string_view text);
// Whether go-yaml finds the colon after the key in JSON: it looks 1024 characters far,
// and not beyond the line.
bool JsonKeyFits(std::string_view key);

}  // namespace croft::chart
