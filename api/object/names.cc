#include "api/object/names.h"

#include <algorithm>

namespace croft {
namespace {

constexpr size_t kMaxLabel = 63;
constexpr size_t kMaxSubdomain = 253;
constexpr size_t kMaxPortName = 15;

bool IsLower(char c) {
  return c >= 'a' && c <= 'z';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return IsLower(c) || (c >= 'A' && c <= 'Z');
}
bool IsAlnum(char c) {
  return IsLetter(c) || IsDigit(c);
}

bool IsLabelShape(std::string_view value) {
  if (value.empty() || value.front() == '-' || value.back() == '-') return false;
  return std::all_of(value.begin(), value.end(), [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; });
}

bool IsSubdomainShape(std::string_view value) {
  for (;;) {
    const size_t dot = value.find('.');
    if (!IsLabelShape(value.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    value.remove_prefix(dot + 1);
  }
}

// Letters, digits and "-_." with a letter or digit at both ends.
bool IsNameShape(std::string_view value) {
  if (value.empty() || !IsAlnum(value.front()) || !IsAlnum(value.back())) return false;
  return std::all_of(value.begin(), value.end(), [](char c) { return IsAlnum(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

std::string WithExamples(std::string_view rule, std::initializer_list<std::string_view> examples,
                         std::string_view pattern) {
  std::string text(rule);
  text += " (e.g. ";
  for (const std::string_view example : examples) {
    if (example.data() != examples.begin()->data()) text += " or ";
    text.append("'").append(example).append("', ");
  }
  return text.append("regex used for validation is '").append(pattern).append("')");
}

std::string NoLongerThan(size_t limit) {
  return "must be no more than " + std::to_string(limit) + " bytes";
}

std::string CheckDnsLabel(std::string_view value) {
  if (value.size() > kMaxLabel) return NoLongerThan(kMaxLabel);
  if (IsLabelShape(value)) return "";
  if (IsSubdomainShape(value)) return "must not contain dots";
  return WithExamples(
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
      "with an alphanumeric character",
      {"my-name", "123-abc"}, "[a-z0-9]([-a-z0-9]*[a-z0-9])?");
}

std::string CheckDns1035Label(std::string_view value) {
  if (value.size() > kMaxLabel) return NoLongerThan(kMaxLabel);
  if (IsLabelShape(value) && IsLower(value.front())) return "";
  return WithExamples(
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
      "and end with an alphanumeric character",
      {"my-name", "abc-123"}, "[a-z]([-a-z0-9]*[a-z0-9])?");
}

std::string CheckDnsSubdomain(std::string_view value) {
  if (value.size() > kMaxSubdomain) return NoLongerThan(kMaxSubdomain);
  if (IsSubdomainShape(value)) return "";
  return WithExamples(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
      "and end with an alphanumeric character",
      {"example.com"}, R"([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)");
}

std::string CheckWildcardSubdomain(std::string_view value) {
  if (value.size() > kMaxSubdomain) return NoLongerThan(kMaxSubdomain);
  if (value.starts_with("*.") && IsSubdomainShape(value.substr(2))) return "";
  return WithExamples(
      "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
      "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
      {"*.example.com"}, R"(\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)");
}

std::string CheckQualifiedName(std::string_view value) {
  std::string_view name = value;
  if (const size_t slash = value.find('/'); slash != std::string_view::npos) {
    if (slash == 0) return "prefix part must be non-empty";
    const std::string prefix = CheckDnsSubdomain(value.substr(0, slash));
    if (!prefix.empty()) return "prefix part " + prefix;
    name = value.substr(slash + 1);
  }
  if (name.empty()) return "name part must be non-empty";
  if (name.size() > kMaxLabel) return "name part " + NoLongerThan(kMaxLabel);
  if (IsNameShape(name)) return "";
  return WithExamples(
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
      "alphanumeric character",
      {"MyName", "my.name", "123-abc"}, "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
}

std::string CheckLabelValue(std::string_view value) {
  if (value.size() > kMaxLabel) return NoLongerThan(kMaxLabel);
  if (value.empty() || IsNameShape(value)) return "";
  return WithExamples(
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
      "and end with an alphanumeric character",
      {"MyValue", "my_value", "12345"}, "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?");
}

std::string CheckPortName(std::string_view value) {
  if (value.size() > kMaxPortName) return NoLongerThan(kMaxPortName);
  const auto known = [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; };
  if (value.empty() || !std::all_of(value.begin(), value.end(), known)) {
    return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
  }
  if (std::none_of(value.begin(), value.end(), IsLower)) return "must contain at least one letter (a-z)";
  if (value.find("--") != std::string_view::npos) return "must not contain consecutive hyphens";
  return value.front() == '-' || value.back() == '-' ? "must not begin or end with a hyphen" : "";
}

std::string CheckEnvName(std::string_view value) {
  const auto known = [](char c) { return IsAlnum(c) || c == '-' || c == '_' || c == '.'; };
  if (!value.empty() && !IsDigit(value.front()) && std::all_of(value.begin(), value.end(), known)) return "";
  return WithExamples(
      "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not "
      "start with a digit",
      {"my.env-name", "MY_ENV.NAME", "MyEnvName1"}, "[-._a-zA-Z][-._a-zA-Z0-9]*");
}

std::string CheckHeaderName(std::string_view value) {
  const auto known = [](char c) {
    return IsAlnum(c) || std::string_view("-!#$%&'*+.^_`|~").find(c) != std::string_view::npos;
  };
  if (!value.empty() && std::all_of(value.begin(), value.end(), known)) return "";
  return WithExamples("a valid HTTP header must consist of alphanumeric characters or '-'", {"X-Header-Name"},
                      "[-A-Za-z0-9]+");
}

std::string CheckPercent(std::string_view value) {
  const bool good = value.size() > 1 && value.back() == '%' && std::all_of(value.begin(), value.end() - 1, IsDigit);
  if (good) return "";
  return WithExamples("a valid percent string must be a numeric string followed by an ending '%'", {"1%", "93%"},
                      "[0-9]+%");
}

}  // namespace croft
