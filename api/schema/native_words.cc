#include "api/schema/native_words.h"

#include <charconv>
#include <cmath>

#include "api/object/names.h"

namespace croft::schema {
namespace {

std::string CheckHost(std::string_view text) {
  return text.find('*') == std::string_view::npos ? CheckDnsSubdomain(text) : CheckWildcardSubdomain(text);
}

struct Syntax {
  std::string_view pattern;
  std::string (*check)(std::string_view text);
  bool length;  // has a limit of its own
};

// The patterns of the embedded kinds that stand for a syntax with a name.
constexpr Syntax kSyntaxes[] = {
    {"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", CheckDnsLabel, true},
    {R"(^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)", CheckDnsSubdomain, true},
    {R"(^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)", CheckHost, true},
    {"^([0-9]+-)*[0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*$", CheckPortName, true},
    {"^[-._a-zA-Z][-._a-zA-Z0-9]*$", CheckEnvName, false},
    {"^[-A-Za-z0-9!#$%&'*+.^_`|~]+$", CheckHeaderName, false},
    {"^[0-9]+%$", CheckPercent, false},
    {"^/", [](std::string_view) { return std::string("must be an absolute path"); }, false},
};

const Syntax* FindSyntax(std::string_view pattern) {
  for (const Syntax& syntax : kSyntaxes) {
    if (syntax.pattern == pattern) return &syntax;
  }
  return nullptr;
}

}  // namespace

std::string ShowNumber(double number) {
  char text[32];
  const bool whole = std::floor(number) == number && std::abs(number) < 1e15;
  const auto end = whole ? std::to_chars(text, text + sizeof(text), static_cast<int64_t>(number)).ptr
                         : std::to_chars(text, text + sizeof(text), number).ptr;
  return {text, end};
}

std::string RangeRule(const Bounds& bounds) {
  if (bounds.range_rule != nullptr) return *bounds.range_rule;
  if (bounds.minimum && bounds.maximum) {
    return "must be between " + ShowNumber(*bounds.minimum) + " and " + ShowNumber(*bounds.maximum) + ", inclusive";
  }
  if (!bounds.minimum) return "must be less than or equal to " + ShowNumber(*bounds.maximum);
  return *bounds.minimum == 1 ? "must be greater than 0"
                              : "must be greater than or equal to " + ShowNumber(*bounds.minimum);
}

std::string PatternRule(std::string_view pattern, std::string_view text) {
  const Syntax* syntax = FindSyntax(pattern);
  const std::string rule = syntax == nullptr ? std::string() : syntax->check(text);
  return rule.empty() ? "must match the regular expression '" + std::string(pattern) + "'" : rule;
}

std::string ForbiddenPatternRule(std::string_view pattern) {
  if (pattern == R"(^[0-9]+(\.[0-9]+){3}$)") return "must be a DNS name, not an IP address";
  return "must not match the regular expression '" + std::string(pattern) + "'";
}

bool RulesLength(std::string_view pattern) {
  const Syntax* syntax = FindSyntax(pattern);
  return syntax != nullptr && syntax->length;
}

}  // namespace croft::schema
