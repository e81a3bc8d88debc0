#pragma once

#include <cstdint>
#include <string_view>

namespace croft::schema {

// The formats that are checked. Others are kept in the schema and accepted without a look, as Kubernetes does.
enum class Format : uint8_t {
  kNone,
  kInt32,
  kInt64,
  kByte,
  kDate,
  kDateTime,
  kDuration,
  kEmail,
  kHostname,
  kIpv4,
  kIpv6,
  kCidr,
  kMac,
  kMicroTime,  // of embedded kinds: a time to the microsecond
  kQuantity,
  kUri,
  kUuid,
  kUuid3,
  kUuid4,
  kUuid5,
  kObjectId,
  kIsbn,
  kIsbn10,
  kIsbn13,
  kCreditCard,
  kSocialSecurity,
  kHexColor,
  kRgbColor,
  kPassword,
  kShortName,
  kLongName,
};

// Dashes in a name do not count.
Format FormatFrom(std::string_view name);
// Whether the format of a text is one that Kubernetes checks; others are worth a warning.
bool IsKnownFormat(std::string_view name);
std::string_view FormatName(Format format);

// Whether a text has the format. True for the formats of numbers.
bool HasFormat(Format format, std::string_view text);

}  // namespace croft::schema
