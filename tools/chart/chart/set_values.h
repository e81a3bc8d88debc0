#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "tools/chart/value/value.h"

namespace croft::chart {

inline constexpr int kMaxSetIndex = 65536;
inline constexpr int kMaxSetDepth = 30;

// How `--set` and its kin read what follows an equals sign.
enum class SetAs {
  kTyped,    // --set: booleans, null and integers, else text
  kText,     // --set-string
  kJson,     // --set-json
  kFile,     // --set-file: the text of the file of this name
  kLiteral,  // --set-literal: the rest of the line, without escapes
};
using ReadSetFile = std::function<Result<std::string>(const std::string& path)>;

// Puts "a.b=1,c[0].d={x,y}" into `values`: dots go into maps, brackets into lists, a backslash takes its meaning from
// the character after it. What was set before an error stays. `read` is for kFile alone.
Status SetValues(std::string_view text, SetAs as, const MapPtr& values, const ReadSetFile& read = {});

}  // namespace croft::chart
