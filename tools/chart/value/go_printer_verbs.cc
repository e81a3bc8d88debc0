#include <algorithm>

#include "tools/chart/value/go_number.h"
#include "tools/chart/value/go_printer.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {

void GoPrinter::Digits(uint64_t value, bool is_signed, int base, char32_t verb) {
  const bool negative = is_signed && static_cast<int64_t>(value) < 0;
  if (negative) value = -value;
  if (flags.has_precision && flags.precision == 0 && value == 0) return Padding(flags.width, false);
  const bool with_sign = negative || flags.plus || flags.space;
  int64_t least = 0;
  if (flags.has_precision) {
    least = flags.precision;
  } else if (flags.zero && !flags.minus && flags.has_width) {
    least = flags.width - (with_sign ? 1 : 0);
  }
  std::string digits = FormatUnsigned(value, base, verb == 'X');
  if (least > static_cast<int64_t>(digits.size())) digits.insert(0, static_cast<size_t>(least) - digits.size(), '0');
  if (flags.sharp) {
    if (base == 2) digits.insert(0, "0b");
    if (base == 8 && digits.front() != '0') digits.insert(0, "0");
    if (base == 16) digits.insert(0, verb == 'X' ? "0X" : "0x");
  }
  if (verb == 'O') digits.insert(0, "0o");
  if (with_sign) digits.insert(0, 1, negative ? '-' : flags.plus ? '+' : ' ');
  Pad(digits, false);
}

void GoPrinter::Unicode(uint64_t value) {
  std::string text = FormatUnsigned(value, 16, true);
  const size_t least = flags.has_precision && flags.precision > 4 ? static_cast<size_t>(flags.precision) : 4;
  if (text.size() < least) text.insert(0, least - text.size(), '0');
  text.insert(0, "U+");
  if (flags.sharp && value <= 0x10FFFF && IsPrint(static_cast<char32_t>(value))) {
    text += " '";
    AppendRune(text, static_cast<char32_t>(value));
    text += '\'';
  }
  Pad(text, false);
}

namespace {

// What the sharp flag asks for: a decimal point always, and with %g all the digits that the precision has.
void ShowPoint(std::string& number, char verb, int precision) {
  int digits = 0;
  if (verb == 'g' || verb == 'G' || verb == 'x') digits = precision == -1 ? 6 : precision;
  const bool hexadecimal = verb == 'x' || verb == 'X';
  const size_t exponent = std::min(number.find_first_of(hexadecimal ? "pP" : "eEpP", 1), number.size());
  const std::string tail = number.substr(exponent);
  number.resize(exponent);
  bool significant = false;
  for (size_t i = 1; i < number.size(); ++i) {
    if (number[i] == '.') continue;
    significant = significant || number[i] != '0';
    if (significant) --digits;
  }
  if (number.find('.') == std::string::npos) {
    if (number.size() == 2 && number[1] == '0') --digits;
    number += '.';
  }
  if (digits > 0) number.append(static_cast<size_t>(digits), '0');
  number += tail;
}

}  // namespace

void GoPrinter::Double(double value, char verb, int precision) {
  if (flags.has_precision) precision = static_cast<int>(flags.precision);
  std::string number = FormatFloat(value, verb, precision);
  if (number.front() != '-' && number.front() != '+') number.insert(0, "+");
  if (flags.space && number.front() == '+' && !flags.plus) number.front() = ' ';
  if (number[1] == 'I' || number[1] == 'N') {
    if (number[1] == 'N' && !flags.space && !flags.plus) number.erase(0, 1);
    return Pad(number, false);
  }
  if (flags.sharp && verb != 'b') ShowPoint(number, verb, precision);
  if (!flags.plus && number.front() == '+') return Pad(std::string_view(number).substr(1), flags.zero);
  if (flags.zero && !flags.minus && flags.has_width && flags.width > static_cast<int64_t>(number.size())) {
    out_ += number.front();
    Padding(flags.width - static_cast<int64_t>(number.size()), true);
    out_ += number.substr(1);
    return;
  }
  Pad(number, flags.zero);
}

void GoPrinter::Hexadecimals(std::string_view text, bool capitals) {
  if (flags.has_precision) text = text.substr(0, static_cast<size_t>(flags.precision));
  if (text.empty()) return flags.has_width ? Padding(flags.width, flags.zero) : void();
  const std::string_view digits = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
  const std::string_view prefix = !flags.sharp ? "" : capitals ? "0X" : "0x";
  std::string all(prefix);
  for (size_t i = 0; i < text.size(); ++i) {
    if (flags.space && i > 0) {
      all += ' ';
      all += prefix;
    }
    all += digits[static_cast<unsigned char>(text[i]) >> 4];
    all += digits[static_cast<unsigned char>(text[i]) & 0xF];
  }
  Pad(all, flags.zero);
}

void GoPrinter::Quoted(std::string_view text) {
  text = Truncated(text);
  if (flags.sharp && CanBackquote(text)) {
    Pad("`" + std::string(text) + "`", flags.zero);
  } else {
    Pad(GoQuote(text, flags.plus), flags.zero);
  }
}

// The first runes, as many as the precision has.
std::string_view GoPrinter::Truncated(std::string_view text) const {
  if (!flags.has_precision) return text;
  std::string_view rest = text;
  for (int64_t i = 0; i < flags.precision && !rest.empty(); ++i) TakeRune(rest);
  return text.substr(0, text.size() - rest.size());
}

void GoPrinter::Pad(std::string_view text, bool zeros) {
  if (full()) return;
  if (!flags.has_width || flags.width == 0) {
    out_ += text;
    return;
  }
  const int64_t missing = flags.width - CountRunes(text);
  if (!flags.minus) Padding(missing, zeros);
  out_ += text;
  if (flags.minus) Padding(missing, zeros);
}

void GoPrinter::Padding(int64_t count, bool zeros) {
  if (count > 0) out_.append(static_cast<size_t>(count), zeros && !flags.minus ? '0' : ' ');
}

}  // namespace croft::chart
