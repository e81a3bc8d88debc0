#include "tools/chart/functions/decimal.h"

#include <openssl/bn.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "tools/chart/functions/convert.h"

namespace croft::chart {
namespace {

struct FreeNumber {
  void operator()(BIGNUM* n) const { BN_free(n); }
  void operator()(BN_CTX* c) const { BN_CTX_free(c); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

BN_CTX* Context() {
  thread_local const std::unique_ptr<BN_CTX, FreeNumber> context(BN_CTX_new());
  return context.get();
}

Number New() {
  return Number(BN_new());
}

// digits x 10^exponent
struct Decimal {
  Number digits = New();
  int64_t exponent = 0;
};

constexpr int64_t kPlaces = 16;          // of a quotient
constexpr int64_t kMaxExponent = 20000;  // products of many numbers stay calculable

Number PowerOfTen(int64_t exponent) {
  Number ten = New(), power = New(), out = New();
  BN_set_word(ten.get(), 10);
  BN_set_word(power.get(), static_cast<BN_ULONG>(exponent));
  BN_exp(out.get(), ten.get(), power.get(), Context());
  return out;
}

void Scale(Number& digits, int64_t exponent) {
  if (exponent > 0) BN_mul(digits.get(), digits.get(), PowerOfTen(exponent).get(), Context());
}

Result<Decimal> Read(double value) {
  if (!std::isfinite(value)) {
    return Wrong("Cannot create a Decimal from " + std::string(std::isnan(value) ? "NaN"
                                                               : value > 0       ? "+Inf"
                                                                                 : "-Inf"));
  }
  Decimal out;
  if (value == 0) return out;
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::scientific).ptr;
  std::string digits;
  const char* at = text;
  for (; *at != 'e'; ++at) {
    if (*at != '.') digits += *at;
  }
  int exponent = 0;
  std::from_chars(at[1] == '+' ? at + 2 : at + 1, end, exponent);
  BIGNUM* number = out.digits.get();
  BN_dec2bn(&number, digits.c_str());
  BN_set_negative(number, value < 0);
  out.exponent = exponent - static_cast<int64_t>(digits.size()) + 1;
  return out;
}

double ToDouble(const Decimal& decimal) {
  if (BN_is_zero(decimal.digits.get())) return 0;
  const std::unique_ptr<char, void (*)(char*)> digits(BN_bn2dec(decimal.digits.get()),
                                                      [](char* p) { OPENSSL_free(p); });
  const std::string text = std::string(digits.get()) + "e" + std::to_string(decimal.exponent);
  double out = 0;
  const auto error = std::from_chars(text.data(), text.data() + text.size(), out).ec;
  const double sign = text[0] == '-' ? -1 : 1;
  if (error == std::errc::result_out_of_range) {
    const bool great = decimal.exponent + static_cast<int64_t>(text.find('e')) > 0;
    return sign * (great ? std::numeric_limits<double>::infinity() : 0.0);
  }
  return out;
}

void AddTo(Decimal& sum, Decimal& other) {
  const int64_t exponent = std::min(sum.exponent, other.exponent);
  Scale(sum.digits, sum.exponent - exponent);
  Scale(other.digits, other.exponent - exponent);
  BN_add(sum.digits.get(), sum.digits.get(), other.digits.get());
  sum.exponent = exponent;
}

Status DivideBy(Decimal& number, Decimal& by) {
  if (BN_is_zero(by.digits.get())) return Wrong("decimal division by 0");
  const bool negative = BN_is_negative(number.digits.get()) != BN_is_negative(by.digits.get());
  BN_set_negative(number.digits.get(), 0);
  BN_set_negative(by.digits.get(), 0);
  const int64_t shift = number.exponent - by.exponent + kPlaces;
  Scale(number.digits, shift);
  Scale(by.digits, -shift);
  Number rest = New();
  BN_div(number.digits.get(), rest.get(), number.digits.get(), by.digits.get(), Context());
  BN_lshift1(rest.get(), rest.get());
  if (BN_cmp(rest.get(), by.digits.get()) >= 0) BN_add_word(number.digits.get(), 1);
  BN_set_negative(number.digits.get(), negative);
  number.exponent = -kPlaces;
  return Status::Ok();
}

}  // namespace

Result<double> Calculate(DecimalOperation operation, double first, std::span<const double> rest) {
  Result<Decimal> result = Read(first);
  if (!result.ok()) return result.status();
  for (const double value : rest) {
    Result<Decimal> next = Read(value);
    if (!next.ok()) return next.status();
    switch (operation) {
      case DecimalOperation::kSubtract:
        BN_set_negative(next->digits.get(), !BN_is_negative(next->digits.get()));
        [[fallthrough]];
      case DecimalOperation::kAdd:
        AddTo(*result, *next);
        break;
      case DecimalOperation::kMultiply:
        BN_mul(result->digits.get(), result->digits.get(), next->digits.get(), Context());
        result->exponent += next->exponent;
        break;
      case DecimalOperation::kDivide:
        CROFT_RETURN_IF_ERROR(DivideBy(*result, *next));
        break;
    }
    if (std::abs(result->exponent) > kMaxExponent) return TooLarge("decimal places", kMaxExponent);
  }
  return ToDouble(*result);
}

}  // namespace croft::chart
