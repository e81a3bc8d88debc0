#include "tools/chart/functions/zone.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>

#include "api/base/file.h"

namespace croft::chart {
namespace {

constexpr std::string_view kFolder = "/usr/share/zoneinfo/";

uint64_t BigEndian(std::string_view bytes) {
  uint64_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

// The counts in the header of a block: of UT and standard marks, leap seconds, changes, periods and letters of names.
struct Header {
  size_t ut = 0, standard = 0, leap = 0, changes = 0, periods = 0, letters = 0;
  size_t BodySize(size_t time_size) const {
    return changes * time_size + changes + periods * 6 + letters + leap * (time_size + 4) + standard + ut;
  }
};

constexpr size_t kHeaderSize = 44;
constexpr size_t kMaxCount = 10000;

std::optional<Header> ReadHeader(std::string_view bytes) {
  if (bytes.size() < kHeaderSize || !bytes.starts_with("TZif")) return std::nullopt;
  const auto count = [&](size_t i) { return static_cast<size_t>(BigEndian(bytes.substr(20 + 4 * i, 4))); };
  const Header header{count(0), count(1), count(2), count(3), count(4), count(5)};
  for (size_t i = 0; i < 6; ++i) {
    if (count(i) > kMaxCount) return std::nullopt;
  }
  return header;
}

std::shared_ptr<const Zone> ReadZoneFile(const std::string& path) {
  const Result<std::string> bytes = ReadFile(path);
  return bytes.ok() ? Zone::FromBytes(*bytes) : nullptr;
}

std::shared_ptr<const Zone> ReadLocal() {
  const char* named = std::getenv("TZ");
  if (named == nullptr) {
    auto zone = ReadZoneFile("/etc/localtime");
    return zone ? zone : Zone::Utc();
  }
  std::string_view name = named;
  if (name.starts_with(':')) name.remove_prefix(1);
  auto zone = name.starts_with('/') ? ReadZoneFile(std::string(name)) : name == "Local" ? nullptr : Zone::Load(name);
  return zone ? zone : Zone::Utc();
}

}  // namespace

std::shared_ptr<const Zone> Zone::Utc() {
  static const ZonePtr kUtc = Fixed("UTC", 0);
  return kUtc;
}

std::shared_ptr<const Zone> Zone::Fixed(std::string name, int64_t offset) {
  auto zone = std::make_shared<Zone>();
  zone->periods_.push_back({offset, false, std::move(name)});
  return zone;
}

std::shared_ptr<const Zone> Zone::Local() {
  static const ZonePtr kLocal = ReadLocal();
  return kLocal;
}

std::shared_ptr<const Zone> Zone::Load(std::string_view name) {
  if (name.empty() || name == "UTC") return Utc();
  if (name == "Local") return Local();
  if (name.find("..") != std::string_view::npos || name[0] == '/' || name[0] == '\\' ||
      name.find('\0') != std::string_view::npos) {
    return nullptr;
  }
  static std::mutex mutex;
  static std::map<std::string, ZonePtr, std::less<>> known;
  const std::lock_guard lock(mutex);
  if (const auto at = known.find(name); at != known.end()) return at->second;
  ZonePtr zone = ReadZoneFile(std::string(kFolder).append(name));
  if (zone) known.emplace(name, zone);
  return zone;
}

std::shared_ptr<const Zone> Zone::FromBytes(std::string_view bytes) {
  std::optional<Header> header = ReadHeader(bytes);
  if (!header) return nullptr;
  size_t time_size = 4;
  std::string_view body = bytes.substr(kHeaderSize);
  if (bytes[4] >= '2') {  // the same again with longer times
    if (body.size() < header->BodySize(4)) return nullptr;
    body.remove_prefix(header->BodySize(4));
    header = ReadHeader(body);
    if (!header) return nullptr;
    body.remove_prefix(kHeaderSize);
    time_size = 8;
  }
  if (header->periods == 0 || body.size() < header->BodySize(time_size)) return nullptr;
  auto zone = std::make_shared<Zone>();
  const std::string_view times = body.substr(0, header->changes * time_size);
  const std::string_view kinds = body.substr(times.size(), header->changes);
  const std::string_view periods = body.substr(times.size() + kinds.size(), header->periods * 6);
  const std::string_view names = body.substr(times.size() + kinds.size() + periods.size(), header->letters);
  for (size_t i = 0; i < header->periods; ++i) {
    const size_t name = static_cast<unsigned char>(periods[i * 6 + 5]);
    if (name >= names.size()) return nullptr;
    const auto offset = static_cast<int32_t>(BigEndian(periods.substr(i * 6, 4)));
    const std::string_view rest = names.substr(name);
    zone->periods_.push_back({offset, periods[i * 6 + 4] != 0, std::string(rest.substr(0, rest.find('\0')))});
  }
  for (size_t i = 0; i < header->changes; ++i) {
    const uint64_t raw = BigEndian(times.substr(i * time_size, time_size));
    const int64_t at = time_size == 4 ? static_cast<int32_t>(raw) : static_cast<int64_t>(raw);
    const size_t period = static_cast<unsigned char>(kinds[i]);
    if (period >= zone->periods_.size()) return nullptr;
    zone->changes_.push_back({at, period});
  }
  std::string_view rest = body.substr(header->BodySize(time_size));
  if (time_size == 8 && rest.size() > 2 && rest.front() == '\n' && rest.back() == '\n') {
    zone->rule_ = rest.substr(1, rest.size() - 2);
  }
  return zone;
}

// What held before the first change: the first period if no change leads to it, else standard time.
const Zone::Period& Zone::First() const {
  const bool used = std::any_of(changes_.begin(), changes_.end(), [](const Change& c) { return c.period == 0; });
  if (!used) return periods_[0];
  if (!changes_.empty() && periods_[changes_[0].period].summer) {
    for (size_t i = changes_[0].period; i > 0; --i) {
      if (!periods_[i - 1].summer) return periods_[i - 1];
    }
  }
  const auto standard = std::find_if(periods_.begin(), periods_.end(), [](const Period& p) { return !p.summer; });
  return standard == periods_.end() ? periods_[0] : *standard;
}

ZonePeriod Zone::At(int64_t unix_seconds) const {
  if (changes_.empty() || unix_seconds < changes_[0].at) {
    const Period& first = First();
    ZonePeriod out{first.name, first.offset};
    if (!changes_.empty()) out.end = changes_[0].at;
    return out;
  }
  const auto next = std::upper_bound(changes_.begin(), changes_.end(), unix_seconds,
                                     [](int64_t at, const Change& change) { return at < change.at; });
  const Change& change = *std::prev(next);
  if (next == changes_.end() && !rule_.empty()) {
    if (auto period = PeriodByRule(rule_, change.at, unix_seconds)) return *period;
  }
  const Period& period = periods_[change.period];
  ZonePeriod out{period.name, period.offset, change.at};
  if (next != changes_.end()) out.end = next->at;
  return out;
}

std::optional<int64_t> Zone::OffsetOf(std::string_view period_name, int64_t local_seconds) const {
  for (const Period& period : periods_) {
    if (period.name != period_name) continue;
    const ZonePeriod then = At(local_seconds - period.offset);
    if (then.name == period.name) return then.offset;
  }
  for (const Period& period : periods_) {
    if (period.name == period_name) return period.offset;
  }
  return std::nullopt;
}

}  // namespace croft::chart
