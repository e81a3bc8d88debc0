#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace croft {

// An amount as Kubernetes' Quantity has it: a decimal number and a suffix that says its size and its family, as in
// "500m", "64Mi" and "1e3". Exact; what is finer than a billionth counts as a whole one, away from zero, and a binary
// amount is at most 2^63-1.
class Quantity {
 public:
  // None when malformed.
  static std::optional<Quantity> Parse(std::string_view text);

  // The one spelling of the amount: no fraction, the largest suffix of its family that leaves none. "0.5" is "500m",
  // "1.5Gi" "1536Mi", "1000" "1k". Binary amounts that are small or no whole number become decimal ones.
  std::string Canonical() const;

  // In thousandths, those that are begun counting as whole; none beyond 9e18.
  std::optional<int64_t> Milli() const;

 private:
  enum class Family : uint8_t { kDecimal, kBinary, kExponent };

  bool ReadSuffix(std::string_view text);
  void Multiply(int bits);
  void RoundAndTrim(int64_t finest);
  void Cap();

  bool negative_ = false;
  std::string digits_;    // no zeros at either end; empty: zero
  int64_t exponent_ = 0;  // what the digits are to be multiplied with, as a power of ten
  Family family_ = Family::kDecimal;
};

}  // namespace croft
