#include "api/object/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace croft {
namespace {

struct Suffix {
  std::string_view text;
  int exponent;  // of ten
};
constexpr Suffix kDecimalSuffixes[] = {{"", 0},   {"m", -3}, {"k", 3},  {"M", 6},  {"G", 9},
                                       {"T", 12}, {"P", 15}, {"E", 18}, {"u", -6}, {"n", -9}};
// Each 1024 times the one before.
constexpr std::string_view kBinarySuffixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
constexpr std::string_view kLargestBinary = "9223372036854775807";
constexpr int64_t kFinest = -9;

// Digits are multiplied in groups of nine.
constexpr size_t kGroup = 9;
constexpr uint64_t kGroupBase = 1'000'000'000;

std::string_view TakeDigits(std::string_view& text) {
  const size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, size);
  text.remove_prefix(size);
  return digits;
}

// The next number of those many digits.
void Increment(std::string& digits) {
  for (size_t i = digits.size(); i > 0; --i) {
    if (digits[i - 1] != '9') {
      ++digits[i - 1];
      return;
    }
    digits[i - 1] = '0';
  }
  digits.insert(digits.begin(), '1');
}

}  // namespace

bool Quantity::ReadSuffix(std::string_view text) {
  for (const Suffix& suffix : kDecimalSuffixes) {
    if (suffix.text != text) continue;
    exponent_ += suffix.exponent;
    return true;
  }
  for (size_t power = 1; power < std::size(kBinarySuffixes); ++power) {
    if (kBinarySuffixes[power] != text) continue;
    family_ = Family::kBinary;
    Multiply(static_cast<int>(power) * 10);
    return true;
  }
  if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return false;
  const bool plus = text[1] == '+';
  text.remove_prefix(plus ? 2 : 1);
  if (plus && text.starts_with('-')) return false;
  int32_t exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  family_ = Family::kExponent;
  exponent_ += exponent;
  return true;
}

// By two to the power of `bits`. The groups on both sides of the point are whole, so that the point stays where it is.
void Quantity::Multiply(int bits) {
  const auto fraction = static_cast<size_t>(-exponent_);
  digits_.append((kGroup - fraction % kGroup) % kGroup, '0');
  exponent_ = -static_cast<int64_t>((fraction + kGroup - 1) / kGroup * kGroup);
  digits_.insert(0, (kGroup - digits_.size() % kGroup) % kGroup, '0');
  std::vector<uint64_t> groups;
  for (size_t at = 0; at < digits_.size(); at += kGroup) {
    uint64_t group = 0;
    std::from_chars(digits_.data() + at, digits_.data() + at + kGroup, group);
    groups.push_back(group);
  }
  for (; bits > 0; bits -= 30) {
    uint64_t carry = 0;
    for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
      carry += *group << std::min(bits, 30);
      *group = carry % kGroupBase;
      carry /= kGroupBase;
    }
    for (; carry > 0; carry /= kGroupBase) groups.insert(groups.begin(), carry % kGroupBase);
  }
  digits_.clear();
  for (const uint64_t group : groups) {
    const std::string text = std::to_string(group);
    digits_.append(kGroup - text.size(), '0').append(text);
  }
}

// Away from zero to a multiple of ten to the power of `finest`.
void Quantity::RoundAndTrim(int64_t finest) {
  digits_.erase(0, digits_.find_first_not_of('0'));
  if (exponent_ < finest && !digits_.empty()) {
    const auto kept = digits_.size() - std::min<size_t>(digits_.size(), static_cast<size_t>(finest - exponent_));
    const bool rest = digits_.find_first_not_of('0', kept) != std::string::npos;
    digits_.resize(kept);
    exponent_ = finest;
    if (rest) Increment(digits_);
  }
  while (digits_.ends_with('0')) {
    digits_.pop_back();
    ++exponent_;
  }
  if (digits_.empty()) exponent_ = 0;
}

void Quantity::Cap() {
  const int64_t whole = static_cast<int64_t>(digits_.size()) + exponent_;
  const auto most = static_cast<int64_t>(kLargestBinary.size());
  if (whole < most || (whole == most && digits_ <= kLargestBinary)) return;
  digits_ = kLargestBinary;
  exponent_ = 0;
}

std::optional<Quantity> Quantity::Parse(std::string_view text) {
  Quantity quantity;
  if (text.starts_with('-') || text.starts_with('+')) {
    quantity.negative_ = text[0] == '-';
    text.remove_prefix(1);
  }
  quantity.digits_ = TakeDigits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::string_view fraction = TakeDigits(text);
    quantity.digits_ += fraction;
    quantity.exponent_ = -static_cast<int64_t>(fraction.size());
  }
  if (quantity.digits_.empty() || !quantity.ReadSuffix(text)) return std::nullopt;
  quantity.RoundAndTrim(kFinest);
  if (quantity.family_ == Family::kBinary) quantity.Cap();
  return quantity;
}

std::string Quantity::Canonical() const {
  if (digits_.empty()) return "0";
  std::string text = (negative_ ? "-" : "") + digits_;
  if (family_ == Family::kBinary && exponent_ >= 0) {
    uint64_t amount = 0;
    const std::string whole = digits_ + std::string(static_cast<size_t>(exponent_), '0');
    std::from_chars(whole.data(), whole.data() + whole.size(), amount);
    size_t power = 0;
    for (const bool large = amount >= 1024; large && amount % 1024 == 0; amount /= 1024) ++power;
    if (power > 0) return (negative_ ? "-" : "") + std::to_string(amount).append(kBinarySuffixes[power]);
    if (amount >= 1024) return (negative_ ? "-" : "") + whole;
  }
  int64_t exponent = exponent_;
  for (; exponent % 3 != 0 || (family_ != Family::kExponent && exponent > 18); --exponent) text += '0';
  if (family_ == Family::kExponent) return exponent == 0 ? text : text + "e" + std::to_string(exponent);
  for (const Suffix& suffix : kDecimalSuffixes) {
    if (suffix.exponent == exponent) text += suffix.text;
  }
  return text;
}

std::optional<int64_t> Quantity::Milli() const {
  constexpr int64_t kMost = 9'000'000'000'000'000'000;
  Quantity rounded = *this;
  rounded.RoundAndTrim(-3);
  const int64_t zeros = rounded.exponent_ + 3;
  if (static_cast<int64_t>(rounded.digits_.size()) + zeros > 19) return std::nullopt;
  if (rounded.digits_.empty()) return 0;
  rounded.digits_.append(static_cast<size_t>(zeros), '0');
  uint64_t milli = 0;
  std::from_chars(rounded.digits_.data(), rounded.digits_.data() + rounded.digits_.size(), milli);
  if (milli > static_cast<uint64_t>(kMost)) return std::nullopt;
  return negative_ ? -static_cast<int64_t>(milli) : static_cast<int64_t>(milli);
}

}  // namespace croft
