#include "api/server/json_path.h"

#include <charconv>

namespace croft::server {
namespace {

using Values = std::vector<const Json*>;

Values Members(const Values& from, std::string_view name) {
  Values found;
  for (const Json* value : from) {
    if (name == "*") {
      if (value->IsObject()) {
        for (const auto& member : value->GetObject()) found.push_back(&member.value);
      }
    } else if (const Json* member = Find(*value, name)) {
      found.push_back(member);
    }
  }
  return found;
}

Values Elements(const Values& from, int64_t index) {
  Values found;
  for (const Json* value : from) {
    if (!value->IsArray()) continue;
    const int64_t size = value->Size();
    const int64_t at = index < 0 ? size + index : index;
    if (at >= 0 && at < size) found.push_back(&(*value)[static_cast<rapidjson::SizeType>(at)]);
  }
  return found;
}

Values AllElements(const Values& from) {
  Values found;
  for (const Json* value : from) {
    if (value->IsArray()) {
      for (const Json& element : value->GetArray()) found.push_back(&element);
    } else if (value->IsObject()) {
      for (const auto& member : value->GetObject()) found.push_back(&member.value);
    }
  }
  return found;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view Unquote(std::string_view text) {
  text = Trim(text);
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

bool EqualsText(const Json& value, std::string_view text) {
  if (value.IsString()) return AsView(value) == text;
  return WriteJson(value) == text;
}

// '@.type=="Ready"' or '@.ready' (there at all).
Values Filter(const Values& from, std::string_view expression) {
  Values found;
  const size_t equal = expression.find("==");
  const size_t unequal = expression.find("!=");
  const size_t op = std::min(equal, unequal);
  std::string_view left = Trim(expression.substr(0, op));
  if (!left.starts_with("@")) return found;
  left.remove_prefix(1);
  const std::string_view right = op == std::string_view::npos ? "" : Unquote(expression.substr(op + 2));
  for (const Json* element : AllElements(from)) {
    const Values values = EvaluateJsonPath(*element, left);
    bool holds = !values.empty();
    if (op != std::string_view::npos && holds) holds = EqualsText(*values.front(), right) == (op == equal);
    if (holds) found.push_back(element);
  }
  return found;
}

// What stands in one pair of brackets.
Values Bracket(const Values& from, std::string_view inside) {
  inside = Trim(inside);
  if (inside == "*") return AllElements(from);
  if (inside.starts_with("?(") && inside.ends_with(")")) return Filter(from, inside.substr(2, inside.size() - 3));
  if (inside.starts_with("'") || inside.starts_with("\"")) return Members(from, Unquote(inside));
  int64_t index = 0;
  const auto [stop, error] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
  if (error != std::errc() || stop != inside.data() + inside.size()) return {};
  return Elements(from, index);
}

// The place of the bracket that closes the one at path[0], past quotes and parentheses.
size_t ClosingBracket(std::string_view path) {
  char quote = 0;
  for (size_t i = 1; i < path.size(); ++i) {
    if (quote != 0) {
      if (path[i] == quote) quote = 0;
    } else if (path[i] == '"' || path[i] == '\'') {
      quote = path[i];
    } else if (path[i] == ']') {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<const Json*> EvaluateJsonPath(const Json& root, std::string_view path) {
  if (path.starts_with("{") && path.ends_with("}")) path = path.substr(1, path.size() - 2);
  if (path.starts_with("$")) path.remove_prefix(1);
  Values values = {&root};
  while (!path.empty() && !values.empty()) {
    if (path.front() == '.') {
      path.remove_prefix(1);
      std::string name;
      size_t i = 0;
      for (; i < path.size() && path[i] != '.' && path[i] != '['; ++i) {
        if (path[i] == '\\' && i + 1 < path.size()) ++i;  // "\." is a dot in a name
        name += path[i];
      }
      path.remove_prefix(i);
      if (!name.empty()) values = Members(values, name);
    } else if (path.front() == '[') {
      const size_t close = ClosingBracket(path);
      if (close == std::string_view::npos) return {};
      values = Bracket(values, path.substr(1, close - 1));
      path.remove_prefix(close + 1);
    } else {
      return {};
    }
  }
  return values;
}

}  // namespace croft::server
