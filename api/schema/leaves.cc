#include "api/schema/leaves.h"

#include <cmath>

#include "api/base/wire_time.h"
#include "api/object/quantity.h"
#include "api/schema/decoding_error.h"
#include "api/schema/native_words.h"
#include "api/schema/utf8.h"

namespace croft::schema {
namespace {

void TooLong(const Node& node, std::string_view text, const Json& value, Complaints& out) {
  const Bounds& bounds = *node.bounds;
  if (node.native && bounds.pattern != nullptr && RulesLength(bounds.pattern->text())) {
    return out.Must(value, PatternRule(bounds.pattern->text(), text));
  }
  const uint64_t most = *bounds.max_length;
  out.Add("FieldValueTooLong",
          "Too long: may not be more than " + std::to_string(most) + (most == 1 ? " byte" : " bytes"));
}

void Mismatch(const Node& node, std::string_view text, const Json& value, Complaints& out) {
  const std::string& pattern = node.bounds->pattern->text();
  if (node.format == Format::kQuantity) {
    return out.Add("FieldValueTypeInvalid",
                   "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  }
  node.native ? out.Must(value, PatternRule(pattern, text)) : out.Should(value, "match '" + pattern + "'");
}

// Whether the text can be looked at further.
bool CheckTextBounds(const Node& node, std::string_view text, const Json& value, Complaints& out) {
  const Bounds& bounds = *node.bounds;
  if (bounds.min_length && text.size() < 4 * *bounds.min_length && CountRunes(text) < *bounds.min_length) {
    if (node.native && text.empty()) return out.Add("FieldValueRequired", "Required value"), false;
    out.Refuse(node, value, "be at least " + std::to_string(*bounds.min_length) + " chars long");
  }
  if (bounds.max_length && text.size() > *bounds.max_length && CountRunes(text) > *bounds.max_length) {
    return TooLong(node, text, value, out), false;  // and no pattern is tried on it
  }
  if (bounds.pattern == nullptr || bounds.pattern->Matches(text)) return true;
  return Mismatch(node, text, value, out), false;
}

std::string Bound(const std::string& than, bool exclusive, double bound) {
  return "be " + than + " than " + (exclusive ? "" : "or equal to ") + ShowNumber(bound);
}

bool IsMultiple(double number, double factor) {
  if (factor == 0) return true;
  const double quotient = number / factor;
  return std::abs(quotient - std::round(quotient)) < 1e-9;
}

}  // namespace

void CheckText(const Node& node, const Json& value, Complaints& out) {
  const std::string_view text = AsView(value);
  if (node.native && (node.format == Format::kDateTime || node.format == Format::kMicroTime)) {
    const auto form = node.format == Format::kMicroTime ? TimeForm::kMicros : TimeForm::kSeconds;
    const Result<std::string> time = CanonicalTime(text, form);
    if (!time.ok()) out.Add("FieldValueTypeInvalid", time.status().message());
    return;
  }
  if (node.bounds != nullptr && !CheckTextBounds(node, text, value, out)) return;
  if (node.native && node.format == Format::kQuantity && !Quantity::Parse(text)) {
    return out.Add("FieldValueTypeInvalid", "unable to parse quantity's suffix");
  }
  if (node.format == Format::kNone || HasFormat(node.format, text)) return;
  if (node.native && node.format == Format::kByte) {
    return out.Add("FieldValueTypeInvalid", "illegal base64 data at input byte " + std::to_string(BadBase64(text)));
  }
  out.WrongType(FormatName(node.format), value, Show(value));
}

void CheckNumber(const Node& node, const Json& value, Complaints& out) {
  const double number = value.GetDouble();
  // Kubernetes ignores the formats of numbers in posted kinds; its own decode into an int32.
  if (node.native && node.format == Format::kInt32 && (number < -2147483648.0 || number > 2147483647.0)) {
    return out.Undecodable(node, value);
  }
  if (node.format == Format::kQuantity || node.bounds == nullptr) return;
  const Bounds& bounds = *node.bounds;
  const bool below =
      bounds.minimum && (bounds.exclusive_minimum ? number <= *bounds.minimum : number < *bounds.minimum);
  const bool above =
      bounds.maximum && (bounds.exclusive_maximum ? number >= *bounds.maximum : number > *bounds.maximum);
  if (node.native) {
    if (below || above) out.Must(value, RangeRule(bounds));
  } else {
    if (below) out.Should(value, Bound("greater", bounds.exclusive_minimum, *bounds.minimum));
    if (above) out.Should(value, Bound("less", bounds.exclusive_maximum, *bounds.maximum));
  }
  if (bounds.multiple_of && !IsMultiple(number, *bounds.multiple_of)) {
    out.Refuse(node, value, "be a multiple of " + ShowNumber(*bounds.multiple_of));
  }
}

void CheckEnumeration(const Bounds& bounds, const Json& value, Complaints& out) {
  if (bounds.enumeration == nullptr) return;
  std::string known;
  for (const Json& allowed : bounds.enumeration->GetArray()) {
    if (Equal(allowed, value)) return;
    known += (known.empty() ? "" : ", ") + (allowed.IsString() ? WriteJson(allowed) : Quote(WriteJson(allowed)));
  }
  out.Add("FieldValueNotSupported", "Unsupported value: " + Show(value) + ": supported values: " + known);
}

}  // namespace croft::schema
