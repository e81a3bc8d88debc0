#include "tools/chart/value/go_printer.h"

#include <algorithm>

#include "tools/chart/value/go_number.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

constexpr int kMaxDepth = 2000;

}  // namespace

void GoPrinter::Print(const Value& value, char32_t verb) {
  if (value.is_nil()) {
    if (verb == 'v' || verb == 'T') return Pad("<nil>", flags.zero);
    return BadVerb(value, verb);
  }
  if (verb == 'T') return Pad(Truncated(value.GoType()), flags.zero);
  PrintItem(value, verb);
}

void GoPrinter::BadVerb(const Value& value, char32_t verb) {
  out_ += "%!";
  AppendRune(out_, verb);
  out_ += '(';
  if (value.is_nil()) {
    out_ += "<nil>";
  } else {
    out_ += value.GoType();
    out_ += '=';
    PrintItem(value, 'v');
  }
  out_ += ')';
}

void GoPrinter::PrintItem(const Value& value, char32_t verb) {
  bool known = true;
  switch (value.type()) {
    case Type::kNil:  // in a list or a map
      out_ += flags.sharp_v ? "interface {}(nil)" : "<nil>";
      break;
    case Type::kBool:
      known = verb == 't' || verb == 'v';
      if (known) Pad(value.as_bool() ? "true" : "false", flags.zero);
      break;
    case Type::kInt:
    case Type::kInt64:
      known = FormatInteger(static_cast<uint64_t>(value.as_integer()), true, verb);
      break;
    case Type::kUint8:
      known = FormatInteger(static_cast<uint64_t>(value.as_integer()), false, verb);
      break;
    case Type::kFloat64:
      known = FormatDouble(value.as_float(), verb);
      break;
    case Type::kString:
      known = FormatText(value.as_string(), verb);
      break;
    case Type::kList:
      PrintList(*value.as_list(), verb);
      break;
    case Type::kMap:
      PrintMap(*value.as_map(), verb);
      break;
    case Type::kObject:
      PrintObject(value, verb);
      break;
  }
  if (!known) BadVerb(value, verb);
}

void GoPrinter::PrintList(const List& list, char32_t verb) {
  if (list.go_type == "[]uint8" && verb != 'v' && verb != 'd') return PrintBytes(list, verb);
  if (flags.sharp_v) {
    out_ += list.go_type;
    if (list.is_nil) return void(out_ += "(nil)");
  }
  out_ += flags.sharp_v ? '{' : '[';
  if (++depth_ > kMaxDepth) {
    out_ += "...";
  } else {
    for (size_t i = 0; i < list.items.size() && !full(); ++i) {
      if (i > 0) out_ += flags.sharp_v ? ", " : " ";
      PrintItem(list.items[i], verb);
    }
  }
  --depth_;
  out_ += flags.sharp_v ? '}' : ']';
}

// Bytes are a text to the verbs for texts.
void GoPrinter::PrintBytes(const List& list, char32_t verb) {
  std::string text;
  for (const Value& item : list.items) {
    text += item.is_integer() ? static_cast<char>(item.as_integer()) : '\0';
  }
  if (!FormatText(text, verb)) {
    out_ += '[';
    for (size_t i = 0; i < list.items.size(); ++i) {
      if (i > 0) out_ += ' ';
      PrintItem(list.items[i], verb);
    }
    out_ += ']';
  }
}

void GoPrinter::PrintMap(const Map& map, char32_t verb) {
  if (flags.sharp_v) {
    out_ += map.go_type;
    if (map.is_nil) return void(out_ += "(nil)");
  }
  out_ += flags.sharp_v ? "{" : "map[";
  if (++depth_ > kMaxDepth) {
    out_ += "...";
  } else {
    bool first = true;
    for (const auto& [key, value] : map.members) {
      if (full()) break;
      if (!std::exchange(first, false)) out_ += flags.sharp_v ? ", " : " ";
      if (!FormatText(key, verb)) BadVerb(Value::String(key), verb);
      out_ += ':';
      PrintItem(value, verb);
    }
  }
  --depth_;
  out_ += flags.sharp_v ? '}' : ']';
}

void GoPrinter::PrintObject(const Value& value, char32_t verb) {
  if (++depth_ > kMaxDepth) {
    out_ += "...";
  } else if (flags.sharp_v || !FormatText(value.as_object()->ToString(), verb)) {
    const Value inner = value.as_object()->AsValue();
    if (inner.is_object() || inner.is_nil()) {
      out_ += value.as_object()->ToString();
    } else {
      PrintItem(inner, verb);
    }
  }
  --depth_;
}

bool GoPrinter::FormatInteger(uint64_t value, bool is_signed, char32_t verb) {
  switch (verb) {
    case 'v':
      if (flags.sharp_v && !is_signed) {
        flags.sharp = true;
        Digits(value, is_signed, 16, verb);
        flags.sharp = false;
        return true;
      }
      [[fallthrough]];
    case 'd':
      Digits(value, is_signed, 10, verb);
      return true;
    case 'b':
      Digits(value, is_signed, 2, verb);
      return true;
    case 'o':
    case 'O':
      Digits(value, is_signed, 8, verb);
      return true;
    case 'x':
    case 'X':
      Digits(value, is_signed, 16, verb);
      return true;
    case 'c':
    case 'q': {
      const char32_t rune = value > 0x10FFFF ? kReplacement : static_cast<char32_t>(value);
      std::string text;
      AppendRune(text, rune);
      Pad(verb == 'c' ? text : GoQuoteRune(rune, flags.plus), flags.zero);
      return true;
    }
    case 'U':
      Unicode(value);
      return true;
    default:
      return false;
  }
}

bool GoPrinter::FormatDouble(double value, char32_t verb) {
  switch (verb) {
    case 'v':
      Double(value, 'g', -1);
      return true;
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
      Double(value, static_cast<char>(verb), -1);
      return true;
    case 'e':
    case 'E':
    case 'f':
      Double(value, static_cast<char>(verb), 6);
      return true;
    case 'F':
      Double(value, 'f', 6);
      return true;
    default:
      return false;
  }
}

bool GoPrinter::FormatText(std::string_view text, char32_t verb) {
  switch (verb) {
    case 'v':
    case 's':
      if (flags.sharp_v) {
        Quoted(text);
      } else {
        Pad(Truncated(text), flags.zero);
      }
      return true;
    case 'x':
    case 'X':
      Hexadecimals(text, verb == 'X');
      return true;
    case 'q':
      Quoted(text);
      return true;
    default:
      return false;
  }
}

}  // namespace croft::chart
