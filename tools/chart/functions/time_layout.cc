#include "tools/chart/functions/time_layout.h"

namespace croft::chart {
namespace {

struct Name {
  std::string_view text;
  Field field;
  OffsetStyle offset{};
  bool whole = false;  // no lower-case letter may follow
};

// Where one is the beginning of another, the longer one comes first.
constexpr Name kNames[] = {
    {"January", Field::kLongMonth},
    {"Jan", Field::kMonth, {}, true},
    {"Monday", Field::kLongWeekday},
    {"Mon", Field::kWeekday, {}, true},
    {"MST", Field::kZoneName},
    {"01", Field::kZeroMonth},
    {"02", Field::kZeroDay},
    {"03", Field::kZeroHour12},
    {"04", Field::kZeroMinute},
    {"05", Field::kZeroSecond},
    {"06", Field::kYear},
    {"002", Field::kZeroYearDay},
    {"15", Field::kHour},
    {"1", Field::kNumMonth},
    {"2006", Field::kLongYear},
    {"2", Field::kDay},
    {"_2", Field::kUnderDay},
    {"__2", Field::kUnderYearDay},
    {"3", Field::kHour12},
    {"4", Field::kMinute},
    {"5", Field::kSecond},
    {"PM", Field::kUpperHalf},
    {"pm", Field::kLowerHalf},
    {"-070000", Field::kOffset, {false, false, 3}},
    {"-07:00:00", Field::kOffset, {false, true, 3}},
    {"-0700", Field::kOffset, {false, false, 2}},
    {"-07:00", Field::kOffset, {false, true, 2}},
    {"-07", Field::kOffset, {false, false, 1}},
    {"Z070000", Field::kOffset, {true, false, 3}},
    {"Z07:00:00", Field::kOffset, {true, true, 3}},
    {"Z0700", Field::kOffset, {true, false, 2}},
    {"Z07:00", Field::kOffset, {true, true, 2}},
    {"Z07", Field::kOffset, {true, false, 1}},
};

constexpr std::string_view kStarts = "JM0123456789_Pp-Z.,";

bool IsSmall(char c) {
  return c >= 'a' && c <= 'z';
}
bool IsDecimal(char c) {
  return c >= '0' && c <= '9';
}

// ".000" or ",999": a fraction of a second, where no other digit follows.
size_t FractionLength(std::string_view text) {
  if ((text[0] != '.' && text[0] != ',') || text.size() < 2 || (text[1] != '0' && text[1] != '9')) return 0;
  size_t size = 1;
  while (size < text.size() && text[size] == text[1]) ++size;
  return size < text.size() && IsDecimal(text[size]) ? 0 : size;
}

}  // namespace

LayoutPiece NextPiece(std::string_view& layout) {
  const std::string_view whole = layout;
  const auto found = [&](size_t at, size_t size, Field field, OffsetStyle offset) {
    layout = whole.substr(at + size);
    return LayoutPiece{whole.substr(0, at), whole.substr(at, size), field, offset};
  };
  for (size_t at = 0; at < whole.size(); ++at) {
    if (kStarts.find(whole[at]) == std::string_view::npos) continue;
    const std::string_view rest = whole.substr(at);
    if (const size_t size = FractionLength(rest); size > 0) {
      return found(at, size, rest[1] == '0' ? Field::kFraction : Field::kTrimmedFraction, {});
    }
    if (rest.starts_with("_2006")) return found(at + 1, 4, Field::kLongYear, {});
    for (const Name& name : kNames) {
      if (!rest.starts_with(name.text)) continue;
      if (name.whole && rest.size() > name.text.size() && IsSmall(rest[name.text.size()])) continue;
      return found(at, name.text.size(), name.field, name.offset);
    }
  }
  layout = {};
  return {whole, {}, Field::kNone, {}};
}

}  // namespace croft::chart
