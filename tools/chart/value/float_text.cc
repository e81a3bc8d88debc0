#include "tools/chart/value/float_text.h"

#include <charconv>
#include <string_view>

namespace croft::chart {
namespace {

template <class T>
void Append(std::string& out, T value, int lowest, int limit) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  std::string_view text(buffer, static_cast<size_t>(end.ptr - buffer));
  if (text.starts_with('-')) {
    out += '-';
    text.remove_prefix(1);
  }
  const size_t mark = text.find('e');
  int exponent = 0;
  const char* first = text.data() + mark + (text[mark + 1] == '+' ? 2 : 1);
  std::from_chars(first, text.data() + text.size(), exponent);
  if (exponent < lowest || exponent >= limit) {
    out += text;
    return;
  }
  std::string digits(1, text[0]);
  if (mark > 2) digits += text.substr(2, mark - 2);
  const int whole = exponent + 1;
  if (whole <= 0) {
    out += "0.";
    out.append(static_cast<size_t>(-whole), '0');
    out += digits;
  } else if (digits.size() <= static_cast<size_t>(whole)) {
    out += digits;
    out.append(static_cast<size_t>(whole) - digits.size(), '0');
  } else {
    out.append(digits, 0, static_cast<size_t>(whole));
    out += '.';
    out.append(digits, static_cast<size_t>(whole));
  }
}

}  // namespace

void AppendFloat(std::string& out, double value, int lowest, int limit) {
  Append(out, value, lowest, limit);
}

void AppendFloat(std::string& out, float value, int lowest, int limit) {
  Append(out, value, lowest, limit);
}

}  // namespace croft::chart
