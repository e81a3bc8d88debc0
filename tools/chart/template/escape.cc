#include "tools/chart/template/builtins.h"
#include "tools/chart/value/go_format.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

using Operands = std::span<const Operand>;

// The arguments as one text, nil printed as templates print it.
std::string Text(Operands arguments) {
  std::vector<Value> values;
  for (const Operand& argument : arguments) {
    values.push_back(argument.value.is_nil() ? Value::String("<no value>") : argument.value);
  }
  return GoSprint(values);
}

std::string_view Html(char c) {
  switch (c) {
    case '\0':
      return "\xEF\xBF\xBD";
    case '"':
      return "&#34;";
    case '\'':
      return "&#39;";
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    default:
      return {};
  }
}

std::string JsEscaped(char32_t c) {
  switch (c) {
    case '\\':
      return "\\\\";
    case '\'':
      return "\\'";
    case '"':
      return "\\\"";
    default:
      return GoSprintf("\\u%04X", std::vector{Value::Int(c)});
  }
}

bool IsJsSpecial(char32_t c) {
  return c < ' ' ||
         (c < 0x80 ? std::string_view("\\'\"<>&=").find(static_cast<char>(c)) != std::string_view::npos : !IsPrint(c));
}

}  // namespace

Status HtmlEscape(Operands arguments, Operand& result) {
  std::string out;
  for (const char c : Text(arguments)) {
    const std::string_view escaped = Html(c);
    if (escaped.empty()) {
      out += c;
    } else {
      out += escaped;
    }
  }
  result = {Value::String(std::move(out)), false};
  return Status::Ok();
}

Status JsEscape(Operands arguments, Operand& result) {
  const std::string text = Text(arguments);
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view before = rest;
    const char32_t c = TakeRune(rest);
    if (IsJsSpecial(c)) {
      out += JsEscaped(c);
    } else {
      out += before.substr(0, before.size() - rest.size());
    }
  }
  result = {Value::String(std::move(out)), false};
  return Status::Ok();
}

Status UrlQueryEscape(Operands arguments, Operand& result) {
  constexpr std::string_view kSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
  std::string out;
  for (const char c : Text(arguments)) {
    if (c == ' ') {
      out += '+';
    } else if (kSafe.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
      out += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 0xF];
    }
  }
  result = {Value::String(std::move(out)), false};
  return Status::Ok();
}

}  // namespace croft::chart
