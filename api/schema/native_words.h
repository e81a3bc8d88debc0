#pragma once

#include <string>
#include <string_view>

#include "api/schema/node.h"

// What Kubernetes says of its own kinds, whose validation is code there, where the validator of custom resources words
// the same rules after the schema.
namespace croft::schema {

// "must be between 1 and 65535, inclusive"
std::string RangeRule(const Bounds& bounds);
// Of a text that does not match; `pattern` as the schema has it.
std::string PatternRule(std::string_view pattern, std::string_view text);
// Of a text that matches what it must not.
std::string ForbiddenPatternRule(std::string_view pattern);
// Whether the rule of a pattern covers the length of a text, too.
bool RulesLength(std::string_view pattern);

// Numbers as a person writes them: 10, 0.5.
std::string ShowNumber(double number);

}  // namespace croft::schema
