#include "api/server/wire/body.h"

#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "api/object/filter.h"
#include "api/object/utf8.h"
#include "api/object/yaml.h"
#include "api/schema/node.h"
#include "api/server/owners.h"
#include "api/server/wire/negotiation.h"
#include "api/server/wire/protobuf.h"
#include "api/server/write_options.h"

namespace croft::server {
namespace {

constexpr size_t kMaxAgentName = 128;
// Of fields that stand twice: as many as Kubernetes names.
constexpr size_t kMaxPaths = 100;

// Goes through a tree for members of one name.
class Duplicates {
 public:
  // Of those in one object only the last stays.
  void Remove(Json& value) {
    if (value.IsArray()) {
      for (rapidjson::SizeType i = 0; i < value.Size(); ++i) {
        const schema::PathScope scope(path_);
        schema::AppendIndex(path_, i);
        Remove(value[i]);
      }
    }
    if (value.IsObject()) RemoveFrom(value);
  }
  std::vector<std::string> TakePaths() { return std::move(paths_); }

 private:
  // Whether two members have one name. Most objects have few, which are looked at one by one.
  static bool HasTwins(const Json& object) {
    constexpr rapidjson::SizeType kFew = 16;
    if (object.MemberCount() > kFew) {
      std::unordered_set<std::string_view> names;
      for (const auto& member : object.GetObject()) names.insert(AsView(member.name));
      return names.size() < object.MemberCount();
    }
    for (auto a = object.MemberBegin(); a != object.MemberEnd(); ++a) {
      for (auto b = object.MemberBegin(); b != a; ++b) {
        if (AsView(a->name) == AsView(b->name)) return true;
      }
    }
    return false;
  }

  void RemoveFrom(Json& object) {
    const bool twins = HasTwins(object);
    std::unordered_map<std::string, int> counts;  // of the names so far
    for (auto& member : object.GetObject()) {
      const schema::PathScope scope(path_);
      schema::AppendMember(path_, AsView(member.name));
      if (twins && ++counts[std::string(AsView(member.name))] > 1 && paths_.size() < kMaxPaths) {
        paths_.push_back(path_);
      }
      Remove(member.value);
    }
    if (!twins) return;
    FilterMembers(object, [&](std::string_view name, const Json&) { return --counts[std::string(name)] == 0; });
  }

  std::string path_;
  std::vector<std::string> paths_;
};

Status UnsupportedMediaType() {
  return {Reason::kUnsupportedMediaType,
          "the body of the request was in an unknown format - accepted media types include: application/json, "
          "application/yaml, application/vnd.kubernetes.protobuf"};
}

std::optional<FieldValidation> ValidationOf(std::string_view text) {
  if (text.empty() || text == "Warn") return FieldValidation::kWarn;
  if (text == "Ignore") return FieldValidation::kIgnore;
  if (text == "Strict") return FieldValidation::kStrict;
  return std::nullopt;
}

}  // namespace

Result<JsonDocument> DecodeBody(const http::Request& request, StrictFindings* findings) {
  const std::string type = BareContentType(request.headers.Get("Content-Type"));
  if (request.body.empty()) return Status::BadRequest("the request has no body");
  if (type == "application/yaml" || type == "text/yaml" || type == "application/x-yaml") {
    return DecodeYaml(request.body, findings);
  }
  if (type == kProtobufMediaType) return DecodeProtobuf(request.body);
  if (!type.empty() && type != "application/json" && type != "text/json") return UnsupportedMediaType();
  return DecodeJson(request.body, findings);
}

Result<JsonDocument> DecodeYaml(std::string_view text, StrictFindings* findings) {
  std::vector<YamlDuplicate> twice;
  Result<JsonDocument> document = ParseYamlDocument(text, &twice);
  if (findings == nullptr) return document;
  for (const YamlDuplicate& key : twice) {
    if (findings->yaml.size() == kMaxPaths) break;
    findings->yaml.push_back("line " + std::to_string(key.line) + ": key " + key.key + " already set in map");
  }
  return document;
}

Result<JsonDocument> DecodeJson(std::string_view text, StrictFindings* findings) {
  std::string clean;
  if (!IsUtf8(text)) {
    clean = CleanUtf8(text);
    text = clean;
  }
  Result<JsonDocument> document = ParseJson(text, kMaxJsonDepth);
  if (!document.ok()) return document;
  std::vector<std::string> twice = RemoveDuplicateFields(*document);
  if (findings != nullptr) findings->twice = std::move(twice);
  return document;
}

Result<JsonDocument> DecodeJsonPatch(std::string_view text, StrictFindings* findings) {
  StrictFindings read;
  Result<JsonDocument> patch = DecodeJson(text, &read);
  if (!patch.ok() || !patch->IsArray()) return patch;
  for (const std::string& field : read.twice) {
    findings->operations.push_back("json patch duplicate field \"" + field + "\"");
  }
  for (rapidjson::SizeType i = 0; i < patch->Size(); ++i) {
    const Json& operation = (*patch)[i];
    if (!operation.IsObject()) continue;
    for (const auto& member : operation.GetObject()) {
      const std::string_view name = AsView(member.name);
      const bool known = name == "op" || name == "path" || name == "from" || name == "value";
      if (known || findings->operations.size() >= kMaxPaths) continue;
      findings->operations.push_back("json patch unknown field \"" + Indexed("", i) + "." + std::string(name) + "\"");
    }
  }
  return patch;
}

std::vector<std::string> RemoveDuplicateFields(Json& value) {
  Duplicates duplicates;
  duplicates.Remove(value);
  return duplicates.TakePaths();
}

std::string ManagerOfAgent(std::string_view user_agent) {
  std::string name;
  for (const char c : user_agent.substr(0, user_agent.find('/'))) {
    const bool printable = c >= 0x20 && c < 0x7f;
    if (printable && name.size() < kMaxAgentName) name += c;
  }
  return name;
}

Result<WriteOptions> ParseWriteOptions(const Query& query, const char* kind, bool apply) {
  WriteOptions options;
  options.field_manager = query.Get("fieldManager");
  options.force = query.Flag("force");
  Causes causes;
  if (!apply && query.Has("force")) causes.Forbidden("force", "may not be specified for non-apply patch");
  if (apply && options.field_manager.empty()) causes.Required("fieldManager", "is required for apply patch");
  CheckManagerName(options.field_manager, "fieldManager", causes);
  options.dry_run = WantsDryRun(query.All("dryRun"), causes);
  const std::string validation = query.Get("fieldValidation");
  const std::optional<FieldValidation> known = ValidationOf(validation);
  if (!known) causes.NotSupported("fieldValidation", validation, {"", "Ignore", "Strict", "Warn"});
  if (!causes.empty()) return Status::InvalidObject("meta.k8s.io", kind, "", causes.Take());
  options.validation = *known;
  return options;
}

}  // namespace croft::server
