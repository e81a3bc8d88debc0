#include <arpa/inet.h>

#include <array>
#include <charconv>

#include "api/server/names.h"
#include "api/server/strategies/fields.h"
#include "api/server/strategies/topics.h"

// IPAddress and ServiceCIDR, by which other servers share out the addresses of Services.
namespace croft::server {
namespace {

constexpr const char* kImmutable = "field is immutable";

struct Parsed {
  int family = 0;
  std::array<unsigned char, 16> bytes = {};

  std::string Text() const {
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(family, bytes.data(), text, sizeof text);
  }
};

std::optional<Parsed> ParseAddress(std::string_view text) {
  if (!IsIpAddress(text)) return std::nullopt;
  Parsed parsed;
  parsed.family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
  if (inet_pton(parsed.family, std::string(text).c_str(), parsed.bytes.data()) != 1) return std::nullopt;
  return parsed;
}

std::string NotCanonical(const std::string& form) {
  return "must be in canonical form (\"" + form + "\")";
}

// Why it is no address as it would be written; empty when it is one.
std::string CheckAddress(std::string_view text) {
  const std::optional<Parsed> parsed = ParseAddress(text);
  if (!parsed) return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
  return parsed->Text() == text ? "" : NotCanonical(parsed->Text());
}

// The same of a range, whose address has nothing beyond the prefix. `family` is 0 where it is none.
std::string CheckRange(std::string_view text, int* family) {
  const std::string none = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
  *family = 0;
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return none;
  std::optional<Parsed> parsed = ParseAddress(text.substr(0, slash));
  const std::string_view length = text.substr(slash + 1);
  int bits = -1;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (!parsed || error != std::errc() || end != length.data() + length.size()) return none;
  const int most = parsed->family == AF_INET ? 32 : 128;
  if (bits < 0 || bits > most) return none;
  *family = parsed->family;
  for (int bit = bits; bit < most; ++bit) {
    parsed->bytes[static_cast<size_t>(bit / 8)] &= static_cast<unsigned char>(~(0x80 >> (bit % 8)));
  }
  const std::string form = parsed->Text() + "/" + std::to_string(bits);
  return form == text ? "" : NotCanonical(form);
}

class AddressStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  void Validate(const Json& object, Causes& causes) const override {
    const std::string_view name = FindString(object, {"metadata", "name"});
    const std::string why = CheckAddress(name);
    if (!name.empty() && !why.empty()) causes.Invalid("metadata.name", name, why);
    const std::string at = "spec.parentRef";
    const Json* parent = Find(object, {"spec", "parentRef"});
    if (IsAbsent(parent)) {
      if (!causes.HasUnder("spec")) causes.Required(at);
      return;
    }
    if (!parent->IsObject()) return;
    const std::string_view group = FindString(*parent, {"group"});
    const std::string group_why = group.empty() ? "" : CheckDnsSubdomain(group);
    if (!group_why.empty()) causes.Invalid(at + ".group", group, group_why);
    for (const char* field : {"resource", "name", "namespace"}) {
      const std::string_view value = FindString(*parent, {field});
      const std::string value_why = value.empty() ? "" : CheckName(NameFormat::kPathSegment, value);
      if (!value_why.empty()) causes.Invalid(at + "." + field, value, value_why);
    }
  }

  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override {
    CheckImmutable(Find(old, {"spec", "parentRef"}), Find(object, {"spec", "parentRef"}), "spec.parentRef", causes);
  }
};

// Kubernetes looks at no condition of this kind, and gives no reason itself when all is well.
void DropReasons(const Json& object, Causes& causes) {
  ForEachItem(Find(object, {"status", "conditions"}), "status.conditions",
              [&](const Json&, const std::string& place) { causes.Drop(place + ".reason"); });
}

class RangeStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  void ValidateStatus(const Json&, const Json& object, std::string_view, Causes& causes) const override {
    DropReasons(object, causes);
  }

  void Validate(const Json& object, Causes& causes) const override {
    DropReasons(object, causes);
    const std::string at = "spec.cidrs";
    const Json* ranges = Find(object, {"spec", "cidrs"});
    if (IsEmptyList(ranges)) {
      if (!causes.HasUnder("spec")) causes.Required(at, "at least one CIDR required");
      return;
    }
    if (ranges->Size() > 2) return causes.Invalid(at, *ranges, "may only hold up to 2 values");
    int first = 0;
    ForEachItem(ranges, at, [&](const Json& range, const std::string& place) {
      if (!range.IsString()) return;
      int family = 0;
      const std::string why = CheckRange(AsView(range), &family);
      if (!why.empty()) causes.Invalid(place, range, why);
      if (family != 0 && family == first) {
        causes.Invalid(at, *ranges,
                       "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
      }
      first = family;
    });
  }

  // A second family may join the first; what is there stays.
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override {
    const std::string at = "spec.cidrs";
    const Json* before = Find(old, {"spec", "cidrs"});
    const Json* after = Find(object, {"spec", "cidrs"});
    if (IsEmptyList(before) || IsEmptyList(after)) return;
    if (after->Size() < before->Size()) return causes.Invalid(at, *after, kImmutable);
    for (rapidjson::SizeType i = 0; i < before->Size(); ++i) {
      if (!Equal((*before)[i], (*after)[i])) causes.Invalid(Indexed(at, i), (*after)[i], kImmutable);
    }
  }
};

}  // namespace

void AddServiceRangeStrategies(StrategyMap& strategies) {
  strategies[{"networking.k8s.io", "ipaddresses"}] = std::make_unique<AddressStrategy>();
  strategies[{"networking.k8s.io", "servicecidrs"}] = std::make_unique<RangeStrategy>();
}

}  // namespace croft::server
