#include "tools/chart/release/storage.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "api/base/base64.h"

namespace croft::chart {
namespace {

const GroupVersionResource kSecrets{"", "v1", "secrets"};
constexpr const char* kType = "helm.sh/release.v1";
constexpr const char* kOwner = "helm";
// What Helm itself writes into the labels; users may not.
constexpr std::string_view kOwnLabels[] = {"name", "owner", "status", "version", "createdAt", "modifiedAt"};

std::string SecretName(const std::string& name, int revision) {
  return "sh.helm.release.v1." + name + ".v" + std::to_string(revision);
}

Key KeyOf(const Release& release) {
  return {release.ns, SecretName(release.name, release.revision)};
}

JsonDocument SecretOf(const Release& release, const char* time_label, WallTime now) {
  JsonDocument secret(rapidjson::kObjectType);
  auto& allocator = secret.GetAllocator();
  SetString(secret, "apiVersion", "v1", allocator);
  SetString(secret, "kind", "Secret", allocator);
  Json& metadata = Ensure(secret, "metadata", allocator);
  SetString(metadata, "name", SecretName(release.name, release.revision), allocator);
  SetString(metadata, "namespace", release.ns, allocator);
  Json& labels = Ensure(metadata, "labels", allocator);
  for (const auto& [key, value] : release.labels) SetString(labels, key, value, allocator);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  SetString(labels, time_label, std::to_string(seconds), allocator);
  SetString(labels, "name", release.name, allocator);
  SetString(labels, "owner", kOwner, allocator);
  SetString(labels, "status", release.status, allocator);
  SetString(labels, "version", std::to_string(release.revision), allocator);
  SetString(secret, "type", kType, allocator);
  // A Secret's data is base64 of the record, which is base64 itself.
  SetString(Ensure(secret, "data", allocator), "release", Base64Encode(EncodeRelease(release)), allocator);
  return secret;
}

Result<Release> ReleaseOf(const croft::Object& secret) {
  const JsonDocument json = secret.ToJson();
  const std::optional<std::string> record = Base64Decode(FindString(json, {"data", "release"}));
  if (!record) return Status::Invalid("data.release is no base64");
  Result<Release> release = DecodeRelease(*record);
  if (!release.ok()) return release.status();
  if (release->ns.empty()) release->ns = secret.ns();
  const Json* labels = Find(json, {"metadata", "labels"});
  if (labels == nullptr || !labels->IsObject()) return release;
  for (const auto& label : labels->GetObject()) {
    const std::string_view key = AsView(label.name);
    if (std::find(std::begin(kOwnLabels), std::end(kOwnLabels), key) != std::end(kOwnLabels)) continue;
    if (label.value.IsString()) release->labels.emplace(key, AsView(label.value));
  }
  return release;
}

Status Unreadable(const croft::Object& secret, const Status& why) {
  return Status::Invalid("Secret " + secret.ns() + "/" + secret.name() + ": " + why.message());
}

}  // namespace

Result<std::vector<Release>> ReleaseStorage::History(const std::string& ns, const std::string& name) const {
  const auto found = client_.List(kSecrets, {ns, std::string("owner=") + kOwner + ",name=" + name, {}});
  if (!found.ok()) return found.status();
  std::vector<Release> history;
  for (const croft::ObjectPtr& secret : found->items) {
    Result<Release> release = ReleaseOf(*secret);
    if (!release.ok()) return Unreadable(*secret, release.status());
    history.push_back(std::move(*release));
  }
  std::sort(history.begin(), history.end(), [](const Release& a, const Release& b) { return a.revision < b.revision; });
  return history;
}

Result<std::vector<Release>> ReleaseStorage::Newest(const std::string& ns, std::vector<std::string>& warnings) const {
  const auto found = client_.List(kSecrets, {ns, std::string("owner=") + kOwner, {}});
  if (!found.ok()) return found.status();
  std::map<std::pair<std::string, std::string>, Release> newest;
  for (const croft::ObjectPtr& secret : found->items) {
    Result<Release> release = ReleaseOf(*secret);
    if (!release.ok()) {
      warnings.push_back(Unreadable(*secret, release.status()).message());
      continue;
    }
    Release& known = newest[{release->ns, release->name}];
    if (known.revision < release->revision) known = std::move(*release);
  }
  std::vector<Release> releases;
  for (auto& [key, release] : newest) releases.push_back(std::move(release));
  return releases;
}

Status ReleaseStorage::Create(const Release& release) {
  return client_.Create(kSecrets, release.ns, SecretOf(release, "createdAt", clock_.Now())).status();
}

Status ReleaseStorage::Update(const Release& release) {
  return client_.Update(kSecrets, KeyOf(release), SecretOf(release, "modifiedAt", clock_.Now())).status();
}

Status ReleaseStorage::Remove(const Release& release) {
  return client_.Delete(kSecrets, KeyOf(release));
}

}  // namespace croft::chart
