#include "tools/chart/release/release.h"

#include <cstdio>
#include <optional>
#include <utility>

#include "api/base/base64.h"
#include "tools/chart/value/gzip.h"
#include "tools/chart/value/json.h"

namespace croft::chart {
namespace {

constexpr size_t kMostUnpacked = 64 * 1024 * 1024;  // a Secret holds a megabyte of it packed
constexpr std::string_view kGzipMagic = "\x1f\x8b\x08";

// Writes members as encoding/json does with omitempty: what is empty is left out.
class Members {
 public:
  Members& Text(const char* key, const std::string& text) {
    if (!text.empty()) members_[key] = Value::String(text);
    return *this;
  }
  Members& Always(const char* key, const std::string& text) {
    members_[key] = Value::String(text);
    return *this;
  }
  Members& Number(const char* key, int number) {
    if (number != 0) members_[key] = Value::Int64(number);
    return *this;
  }
  Members& Texts(const char* key, const std::vector<std::string>& texts) {
    if (texts.empty()) return *this;
    std::vector<Value> items;
    for (const std::string& text : texts) items.push_back(Value::String(text));
    members_[key] = NewList(std::move(items));
    return *this;
  }
  Members& Any(const char* key, Value value) {
    if (!value.is_nil()) members_[key] = std::move(value);
    return *this;
  }
  Value Take() { return NewMap(std::move(members_)); }

 private:
  std::map<std::string, Value, std::less<>> members_;
};

// Reads members; what is of another type than Helm writes is taken for absent.
class Reader {
 public:
  explicit Reader(const Value* value) : map_(value != nullptr && value->is_map() ? value->as_map().get() : nullptr) {}

  const Value* Find(std::string_view key) const { return map_ == nullptr ? nullptr : map_->Find(key); }
  std::string Text(std::string_view key) const {
    const Value* value = Find(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
  }
  int Number(std::string_view key) const {
    const Value* value = Find(key);
    return value != nullptr && value->is_integer() ? static_cast<int>(value->as_integer()) : 0;
  }
  std::vector<std::string> Texts(std::string_view key) const {
    std::vector<std::string> texts;
    for (const Value& item : Items(key)) {
      if (item.is_string()) texts.emplace_back(item.as_string());
    }
    return texts;
  }
  const std::vector<Value>& Items(std::string_view key) const {
    static const std::vector<Value> kNone;
    const Value* value = Find(key);
    return value != nullptr && value->is_list() ? value->as_list()->items : kNone;
  }

 private:
  const Map* map_;
};

Value HookJson(const Hook& hook) {
  Members run;
  run.Always("started_at", hook.last_run.started_at).Always("completed_at", hook.last_run.completed_at);
  run.Always("phase", hook.last_run.phase);
  Members members;
  members.Text("name", hook.name).Text("kind", hook.kind).Text("path", hook.path).Text("manifest", hook.content);
  members.Texts("events", hook.events).Any("last_run", run.Take()).Number("weight", hook.weight);
  members.Texts("delete_policies", hook.delete_policies).Texts("output_log_policies", hook.output_log_policies);
  return members.Take();
}

Hook ReadHook(const Value& value) {
  const Reader json(&value);
  const Reader run(json.Find("last_run"));
  Hook hook;
  hook.name = json.Text("name");
  hook.kind = json.Text("kind");
  hook.path = json.Text("path");
  hook.content = json.Text("manifest");
  hook.events = json.Texts("events");
  hook.weight = json.Number("weight");
  hook.delete_policies = json.Texts("delete_policies");
  hook.output_log_policies = json.Texts("output_log_policies");
  hook.last_run = {run.Text("started_at"), run.Text("completed_at"), run.Text("phase")};
  return hook;
}

Value ReleaseJson(const Release& release) {
  Members info;
  info.Always("first_deployed", release.first_deployed).Always("last_deployed", release.last_deployed);
  info.Always("deleted", release.deleted).Text("description", release.description);
  info.Text("status", release.status).Text("notes", release.notes);
  std::vector<Value> hooks;
  for (const Hook& hook : release.hooks) hooks.push_back(HookJson(hook));
  Members members;
  members.Text("name", release.name).Any("info", info.Take()).Any("chart", release.chart);
  members.Any("config", release.config).Text("manifest", release.manifest);
  if (!hooks.empty()) members.Any("hooks", NewList(std::move(hooks)));
  members.Number("version", release.revision).Text("namespace", release.ns);
  return members.Take();
}

}  // namespace

std::string Release::ChartText(std::string_view key) const {
  const Reader json(&chart);
  return Reader(json.Find("metadata")).Text(key);
}

std::string ReleaseTime(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(time - whole).count();
  std::string text = FormatTime(whole);
  text.pop_back();  // the zone
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%09lldZ", static_cast<long long>(nanoseconds));
  return text + fraction;
}

std::string EncodeRelease(const Release& release) {
  // It holds nothing that JSON can't: what was rendered is text, and the values were read from YAML or JSON.
  return Base64Encode(*Gzip(*WriteJson(ReleaseJson(release))));
}

Result<Release> DecodeRelease(std::string_view text) {
  std::optional<std::string> bytes = Base64Decode(text);
  if (!bytes) return Status::Invalid("the record of the release is no base64");
  if (bytes->starts_with(kGzipMagic)) {
    Result<std::string> unpacked = Unpack(*bytes, kMostUnpacked);
    if (!unpacked.ok()) return Status::Invalid("the record of the release: " + unpacked.status().message());
    bytes = std::move(*unpacked);
  }
  const Result<Value> read = ReadJson(*bytes, Numbers::kExact);
  if (!read.ok()) return Status::Invalid("the record of the release: " + read.status().message());
  const Reader json(&*read);
  const Reader info(json.Find("info"));
  Release release;
  release.name = json.Text("name");
  release.ns = json.Text("namespace");
  release.revision = json.Number("version");
  release.status = info.Text("status");
  release.description = info.Text("description");
  release.first_deployed = info.Text("first_deployed");
  release.last_deployed = info.Text("last_deployed");
  release.deleted = info.Text("deleted");
  release.notes = info.Text("notes");
  release.manifest = json.Text("manifest");
  if (const Value* chart = json.Find("chart")) release.chart = *chart;
  if (const Value* config = json.Find("config")) release.config = *config;
  for (const Value& hook : json.Items("hooks")) release.hooks.push_back(ReadHook(hook));
  if (release.name.empty() || release.revision <= 0) {
    return Status::Invalid("the record of the release names no release or no revision");
  }
  return release;
}

}  // namespace croft::chart
