#include "tools/chart/value/go_format.h"

#include <charconv>

#include "tools/chart/value/go_printer.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

constexpr int64_t kMaxNumber = 1000000;  // widths, precisions and indexes beyond are no numbers to fmt

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool TooLarge(int64_t number) {
  return number > kMaxNumber || number < -kMaxNumber;
}

// Reads a format and prints its arguments as it goes.
class Printf {
 public:
  Printf(std::string_view format, std::span<const Value> arguments, std::string& out)
      : format_(format), arguments_(arguments), out_(out), printer_(out) {}

  void Run() {
    while (at_ < format_.size() && !printer_.full()) {
      const size_t percent = std::min(format_.find('%', at_), format_.size());
      out_ += format_.substr(at_, percent - at_);
      at_ = percent + 1;
      if (percent < format_.size()) Directive();
    }
    if (!reordered_ && next_ < arguments_.size()) Extra();
  }

 private:
  void Directive() {
    printer_.flags = {};
    good_index_ = true;
    TakeFlags();
    TakeIndex();
    TakeWidth();
    TakePrecision();
    if (!after_index_) TakeIndex();
    if (at_ >= format_.size()) {
      out_ += "%!(NOVERB)";
      return;
    }
    std::string_view rest = format_.substr(at_);
    const char32_t verb = TakeRune(rest);
    at_ = format_.size() - rest.size();
    Verb(verb);
  }

  void Verb(char32_t verb) {
    if (verb == '%') {
      out_ += '%';
    } else if (!good_index_) {
      Wrong(verb, "(BADINDEX)");
    } else if (next_ >= arguments_.size()) {
      Wrong(verb, "(MISSING)");
    } else {
      FormatFlags& flags = printer_.flags;
      if (verb == 'v' || verb == 'w') {
        flags.sharp_v = std::exchange(flags.sharp, false);
        flags.plus_v = std::exchange(flags.plus, false);
      }
      if (verb == 'w') {  // is for errors alone
        printer_.BadVerb(arguments_[next_++], verb);
      } else {
        printer_.Print(arguments_[next_++], verb);
      }
    }
  }

  void TakeFlags() {
    for (; at_ < format_.size(); ++at_) {
      switch (format_[at_]) {
        case '#':
          printer_.flags.sharp = true;
          break;
        case '0':
          printer_.flags.zero = true;
          break;
        case '+':
          printer_.flags.plus = true;
          break;
        case '-':
          printer_.flags.minus = true;
          break;
        case ' ':
          printer_.flags.space = true;
          break;
        default:
          return;
      }
    }
  }

  void TakeWidth() {
    FormatFlags& flags = printer_.flags;
    if (Peek('*')) {
      ++at_;
      flags.has_width = TakeArgument(flags.width);
      if (!flags.has_width) out_ += "%!(BADWIDTH)";
      if (flags.width < 0) {
        flags.width = -flags.width;
        flags.minus = true;
        flags.zero = false;
      }
      after_index_ = false;
      return;
    }
    flags.has_width = TakeNumber(flags.width);
    if (after_index_ && flags.has_width) good_index_ = false;
  }

  void TakePrecision() {
    if (at_ + 1 >= format_.size() || format_[at_] != '.') return;
    FormatFlags& flags = printer_.flags;
    ++at_;
    if (after_index_) good_index_ = false;
    TakeIndex();
    if (Peek('*')) {
      ++at_;
      flags.has_precision = TakeArgument(flags.precision);
      if (flags.precision < 0) {
        flags.precision = 0;
        flags.has_precision = false;
      }
      if (!flags.has_precision) out_ += "%!(BADPREC)";
      after_index_ = false;
      return;
    }
    TakeNumber(flags.precision);
    flags.has_precision = true;
  }

  // "[3]": which argument is next. What is in brackets but no argument's number spoils the directive.
  void TakeIndex() {
    after_index_ = false;
    if (!Peek('[')) return;
    reordered_ = true;
    const size_t close = format_.substr(at_).size() < 3 ? std::string_view::npos : format_.find(']', at_);
    if (close == std::string_view::npos) {
      good_index_ = false;
      ++at_;
      return;
    }
    ++at_;
    int64_t index = 0;
    const bool number = TakeNumber(index) && at_ == close;
    at_ = close + 1;
    after_index_ = number;
    if (number && index >= 1 && index <= static_cast<int64_t>(arguments_.size())) {
      next_ = static_cast<size_t>(index - 1);
    } else {
      good_index_ = false;
    }
  }

  // A number that is too large is none, and nor is what stands behind it read.
  bool TakeNumber(int64_t& number) {
    const size_t begin = at_;
    number = 0;
    for (; at_ < format_.size() && IsDigit(format_[at_]); ++at_) {
      if (TooLarge(number)) {
        number = 0;
        at_ = format_.size();
        return false;
      }
      number = number * 10 + (format_[at_] - '0');
    }
    return at_ > begin;
  }

  bool TakeArgument(int64_t& number) {
    if (next_ >= arguments_.size()) return false;
    const Value& argument = arguments_[next_++];
    if (!argument.is_integer() || TooLarge(argument.as_integer())) return false;
    number = argument.as_integer();
    return true;
  }

  void Wrong(char32_t verb, std::string_view why) {
    out_ += "%!";
    AppendRune(out_, verb);
    out_ += why;
  }

  void Extra() {
    printer_.flags = {};
    out_ += "%!(EXTRA ";
    for (size_t i = next_; i < arguments_.size(); ++i) {
      if (i > next_) out_ += ", ";
      if (!arguments_[i].is_nil()) {
        out_ += arguments_[i].GoType();
        out_ += '=';
      }
      printer_.Print(arguments_[i], 'v');
    }
    out_ += ')';
  }

  bool Peek(char c) const { return at_ < format_.size() && format_[at_] == c; }

  std::string_view format_;
  std::span<const Value> arguments_;
  std::string& out_;
  GoPrinter printer_;
  size_t at_ = 0;
  size_t next_ = 0;           // argument
  bool reordered_ = false;    // by an index, anywhere
  bool good_index_ = true;    // in this directive
  bool after_index_ = false;  // the index was just read
};

bool IsText(const Value& value) {
  return value.is_string() || (value.is_object() && value.GoKind() == "string");
}

}  // namespace

void AppendGoString(std::string& out, const Value& value) {
  if (value.is_string()) {
    out += value.as_string();
  } else if (value.is_integer()) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value.as_integer()).ptr);
  } else {
    GoPrinter(out).Print(value, 'v');
  }
}

std::string GoString(const Value& value) {
  std::string out;
  AppendGoString(out, value);
  return out;
}

std::string GoSprint(std::span<const Value> arguments) {
  std::string out;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0 && !IsText(arguments[i]) && !IsText(arguments[i - 1])) out += ' ';
    AppendGoString(out, arguments[i]);
  }
  return out;
}

std::string GoSprintln(std::span<const Value> arguments) {
  std::string out;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) out += ' ';
    AppendGoString(out, arguments[i]);
  }
  out += '\n';
  return out;
}

std::string GoSprintf(std::string_view format, std::span<const Value> arguments) {
  std::string out;
  Printf(format, arguments, out).Run();
  return out;
}

}  // namespace croft::chart
