#include "api/server/wire/body.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <optional>
#include <set>

#include "api/object/utf8.h"
#include "api/object/yaml.h"
#include "api/server/owners.h"
#include "api/server/wire/negotiation.h"
#include "api/server/wire/protobuf.h"
#include "api/server/write_options.h"

namespace croft::server {
namespace {

constexpr size_t kMaxAgentName = 128;

// Follows where the reader is, and takes note of keys that were there before.
class DuplicateHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, DuplicateHandler> {
 public:
  bool Default() { return Next(), true; }
  bool StartObject() { return levels_.push_back({false, 0, {}, {}}), true; }
  bool StartArray() { return levels_.push_back({true, 0, {}, {}}), true; }
  bool EndObject(rapidjson::SizeType) { return Leave(); }
  bool EndArray(rapidjson::SizeType) { return Leave(); }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    Level& level = levels_.back();
    level.key.assign(text, length);
    if (!level.seen.insert(level.key).second) found_.push_back(Path());
    return true;
  }
  std::vector<std::string> Take() { return std::move(found_); }

 private:
  struct Level {
    bool array;
    size_t index;
    std::string key;
    std::set<std::string> seen;
  };
  void Next() {
    if (!levels_.empty() && levels_.back().array) ++levels_.back().index;
  }
  bool Leave() {
    levels_.pop_back();
    Next();
    return true;
  }
  std::string Path() const {
    std::string path;
    for (const Level& level : levels_) {
      if (level.array) {
        path += "[" + std::to_string(level.index) + "]";
      } else {
        path += (path.empty() ? "" : ".") + level.key;
      }
    }
    return path;
  }

  std::vector<Level> levels_;
  std::vector<std::string> found_;
};

// Of members of one name only the last stays.
void KeepLast(Json& value) {
  if (value.IsArray()) {
    for (Json& item : value.GetArray()) KeepLast(item);
  }
  if (!value.IsObject()) return;
  std::set<std::string> seen;  // copies, since members move
  for (auto member = value.MemberEnd(); member != value.MemberBegin();) {
    --member;
    KeepLast(member->value);
    if (!seen.emplace(AsView(member->name)).second) member = value.EraseMember(member);
  }
}

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

Result<JsonDocument> DecodeBody(const http::Request& request, std::vector<std::string>* duplicates) {
  const std::string type = BareContentType(request.headers.Get("Content-Type"));
  if (request.body.empty()) return Status::BadRequest("the request has no body");
  if (type == "application/yaml" || type == "text/yaml" || type == "application/x-yaml") {
    return DecodeYaml(request.body, duplicates);
  }
  if (type == kProtobufMediaType) return DecodeProtobuf(request.body);
  if (!type.empty() && type != "application/json" && type != "text/json") return UnsupportedMediaType();
  return DecodeJson(request.body, duplicates);
}

Result<JsonDocument> DecodeYaml(std::string_view text, std::vector<std::string>* duplicates) {
  if (!IsUtf8(text)) return Status::BadRequest("malformed YAML: it is not UTF-8");
  std::vector<std::string> ignored;
  return ParseYamlDocument(text, duplicates != nullptr ? duplicates : &ignored);
}

Result<JsonDocument> DecodeJson(std::string_view text, std::vector<std::string>* duplicates) {
  std::string clean;
  if (!IsUtf8(text)) {
    clean = CleanUtf8(text);
    text = clean;
  }
  Result<JsonDocument> document = ParseJson(text);
  if (!document.ok()) return document;
  std::vector<std::string> twice = FindDuplicateFields(text);
  if (twice.empty()) return document;
  KeepLast(*document);
  if (duplicates != nullptr) duplicates->insert(duplicates->end(), twice.begin(), twice.end());
  return document;
}

std::vector<std::string> FindDuplicateFields(std::string_view json) {
  rapidjson::MemoryStream stream(json.data(), json.size());
  rapidjson::Reader reader;
  DuplicateHandler handler;
  reader.Parse<rapidjson::kParseIterativeFlag>(stream, handler);
  return handler.Take();
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
