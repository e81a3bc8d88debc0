#include <algorithm>

#include "api/apply/apply.h"
#include "unit/api/apply/apply_util.h"
#include "unit/fuzz/documents.h"

namespace croft::fuzz {
namespace {

using apply::Manager;
using apply::Managers;

const schema::Node* Schemas(std::string_view version) {
  static const schema::Node* const kNew = &apply::Compiled(apply::kPlant);
  static const schema::Node* const kOld = &apply::Compiled(apply::kOldPlant);
  return version == "x/v1" ? kNew : version == "x/v0" ? kOld : nullptr;
}

// A null says nothing of what is there, and of what is empty that it is null; an empty list is owned by nobody, so it
// goes with the items that its writer had there before, and comes when it is applied once more.
bool HasNullOrEmptyList(const Json& value) {
  if (value.IsArray()) return value.Empty() || std::any_of(value.Begin(), value.End(), HasNullOrEmptyList);
  if (!value.IsObject()) return value.IsNull();
  return std::any_of(value.MemberBegin(), value.MemberEnd(),
                     [](const auto& member) { return HasNullOrEmptyList(member.value); });
}

// An object and who owns what of it, as a sequence of writes leaves them.
class Plant {
 public:
  // `choice` says who writes, how and in which version.
  void Write(const Json& body, unsigned choice) {
    Manager writer{std::string(1, static_cast<char>('a' + choice % 3)), (choice & 4) != 0,
                   (choice & 8) != 0 ? "x/v0" : "x/v1", "",
                   "2026-01-01T00:00:0" + std::to_string(++writes_ % 10) + "Z"};
    writer.applied ? Apply(body, writer, (choice & 16) != 0) : Update(body, writer);
    RequireSound();
  }

 private:
  void Apply(const Json& config, const Manager& writer, bool force) {
    const apply::Place root = apply::RootPlace(*Schemas(writer.api_version));
    if (!apply::Check(root, config).empty()) return;  // as the server refuses it
    apply::Applied applied = apply::Apply(Schemas, object_, config, managers_, writer, force);
    Require(!force || applied.conflicts.empty(), "force leaves no conflicts");
    if (!applied.conflicts.empty()) return;
    object_.Swap(applied.object);
    managers_ = std::move(applied.managers);
    const Manager* own = apply::FindManager(managers_, writer);
    const apply::FieldSet fields = apply::FieldsOf(root, config);
    Require(own != nullptr && own->fields == fields, "who applies owns what his configuration says");

    if (HasNullOrEmptyList(config)) return;
    const apply::Applied again = apply::Apply(Schemas, object_, config, managers_, writer, false);
    Require(again.conflicts.empty(), "nobody contends what was just applied");
    Require(apply::Compare(root, &object_, &again.object).same(),
            "applied again it changes nothing: " + WriteJson(object_) + "\n" + WriteJson(again.object));
  }

  void Update(const Json& body, const Manager& writer) {
    const bool changed =
        apply::RecordUpdate(Schemas, object_, body, writer, [this]() -> Managers& { return managers_; });
    JsonDocument after = CopyOf(body);
    object_.Swap(after);
    const auto none = []() -> Managers& {
      Require(false, "an update without effect needs no records");
      std::abort();
    };
    Require(!apply::RecordUpdate(Schemas, object_, object_, writer, none), "the same again is no update");
    (void)changed;
  }

  // What is stored can be read back; and nobody owns what is not there.
  void RequireSound() {
    JsonDocument document;
    const Json list = apply::WriteManagers(managers_, document.GetAllocator());
    Result<Managers> read = apply::ReadManagers(list);
    Require(read.ok(), "records can be read back: " + WriteJson(list));
    Require(WriteJson(apply::WriteManagers(*read, document.GetAllocator())) == WriteJson(list), "as they were written");
    managers_ = std::move(*read);
    Require(ParseJson(WriteJson(object_)).ok(), "the object is JSON");
  }

  int writes_ = 0;
  JsonDocument object_{rapidjson::kObjectType};
  Managers managers_;
};

}  // namespace
}  // namespace croft::fuzz

// Writes of one object, between lines "---": a letter that says who writes and how, and the configuration or the
// object.
FUZZ_TARGET(apply) {
  using namespace croft;
  fuzz::Plant plant;
  for (int writes = 0; !data.empty() && writes < 16; ++writes) {
    const std::string_view part = data.substr(0, data.find("\n---\n"));
    data.remove_prefix(std::min(part.size() + 5, data.size()));
    if (part.empty()) continue;
    const Result<JsonDocument> body = ParseYamlDocument(part.substr(1));
    if (body.ok() && body->IsObject()) plant.Write(*body, static_cast<unsigned char>(part[0]) - ' ');
  }
}
