#include <unistd.h>

#include <cstdio>

#include "api/base/clock.h"
#include "api/object/yaml.h"
#include "tools/croft/targets.h"
#include "tools/croft/terminal.h"
#include "tools/croft/three_way.h"
#include "tools/croft/verbs.h"

namespace croft::cli {
namespace {

std::string Age(std::string_view time) {
  const auto then = ParseTime(time);
  return then ? FormatAge(std::chrono::duration_cast<Duration>(std::chrono::system_clock::now() - *then)) : "<unknown>";
}

void Line(const std::string& key, const std::string& value) {
  std::printf("%-14s %s\n", (key + ":").c_str(), value.c_str());
}

void PrintMap(const std::string& title, const Json* map) {
  std::string first = "<none>";
  std::vector<std::string> more;
  if (map != nullptr && map->IsObject()) {
    for (const auto& member : map->GetObject()) {
      if (AsView(member.name) == kLastApplied) continue;
      std::string text = std::string(AsView(member.name)) + "=" +
                         (member.value.IsString() ? std::string(AsView(member.value)) : WriteJson(member.value));
      if (first == "<none>") {
        first = std::move(text);
      } else {
        more.push_back(std::move(text));
      }
    }
  }
  Line(title, first);
  for (const std::string& text : more) std::printf("%-14s %s\n", "", text.c_str());
}

void PrintSection(const std::string& title, const Json* value) {
  if (value == nullptr || value->IsNull() || (value->IsObject() && value->ObjectEmpty())) return;
  std::printf("%s:\n", title.c_str());
  const std::string yaml = WriteYaml(*value);
  for (size_t from = 0; from < yaml.size();) {
    const size_t end = yaml.find('\n', from);
    std::printf("  %s\n", yaml.substr(from, end - from).c_str());
    if (end == std::string::npos) break;
    from = end + 1;
  }
}

void PrintConditions(const Json* conditions) {
  if (conditions == nullptr || !conditions->IsArray() || conditions->Empty()) return;
  std::printf("Conditions:\n");
  TablePrinter table({"  TYPE", "STATUS", "REASON", "AGE", "MESSAGE"});
  for (const Json& condition : conditions->GetArray()) {
    table.Add({"  " + std::string(FindString(condition, {"type"})), std::string(FindString(condition, {"status"})),
               std::string(FindString(condition, {"reason"})), Age(FindString(condition, {"lastTransitionTime"})),
               std::string(FindString(condition, {"message"}))});
  }
  std::fputs(table.Print(ColoursOn(STDOUT_FILENO)).c_str(), stdout);
}

void PrintEvents(Session& session, const Json& object) {
  const std::string uid(FindString(object, {"metadata", "uid"}));
  std::string ns(FindString(object, {"metadata", "namespace"}));
  if (ns.empty()) ns = "default";  // events of cluster-scoped objects live there
  const auto reply = session.client->Raw(
      {.target = "/api/v1/namespaces/" + ns + "/events" + Query({{"fieldSelector", "involvedObject.uid=" + uid}})});
  const auto list = reply.ok() ? ParseJson(reply->body) : Result<JsonDocument>(reply.status());
  const Json* items = list.ok() ? Find(*list, "items") : nullptr;
  if (items == nullptr || !items->IsArray() || items->Empty()) {
    Line("Events", "<none>");
    return;
  }
  std::printf("Events:\n");
  TablePrinter table({"  TYPE", "REASON", "AGE", "FROM", "MESSAGE"});
  for (const Json& event : items->GetArray()) {
    std::string age = Age(FindString(event, {"lastTimestamp"}));
    if (const int64_t count = FindInt(event, {"count"}); count > 1) age += " (x" + std::to_string(count) + ")";
    table.Add({"  " + std::string(FindString(event, {"type"})), std::string(FindString(event, {"reason"})), age,
               std::string(FindString(event, {"source", "component"})), std::string(FindString(event, {"message"}))});
  }
  std::fputs(table.Print(ColoursOn(STDOUT_FILENO)).c_str(), stdout);
}

void Print(Session& session, const Resource& resource, JsonDocument object) {
  Line("Name", std::string(FindString(object, {"metadata", "name"})));
  if (resource.namespaced) Line("Namespace", std::string(FindString(object, {"metadata", "namespace"})));
  Line("Kind", resource.kind + " (" + ApiVersion(resource.gvr.group, resource.gvr.version) + ")");
  const std::string created(FindString(object, {"metadata", "creationTimestamp"}));
  Line("Created", created + " (" + Age(created) + " ago)");
  if (const std::string_view deleted = FindString(object, {"metadata", "deletionTimestamp"}); !deleted.empty()) {
    Line("Deleting", "since " + std::string(deleted));
  }
  PrintMap("Labels", Find(object, {"metadata", "labels"}));
  PrintMap("Annotations", Find(object, {"metadata", "annotations"}));
  if (const Json* owners = Find(object, {"metadata", "ownerReferences"}); owners != nullptr && owners->IsArray()) {
    for (const Json& owner : owners->GetArray()) {
      Line("Owned by", std::string(FindString(owner, {"kind"})) + "/" + std::string(FindString(owner, {"name"})));
    }
  }
  // A Secret's values stay where they are; their names and sizes are enough.
  const bool secret = resource.gvr.group.empty() && resource.gvr.resource == "secrets";
  for (const auto& member : object.GetObject()) {
    const std::string key(AsView(member.name));
    if (key == "apiVersion" || key == "kind" || key == "metadata" || key == "status") continue;
    std::string title = key;
    title[0] = static_cast<char>(toupper(static_cast<unsigned char>(title[0])));
    if (secret && key == "data" && member.value.IsObject()) {
      std::printf("Data:\n");
      for (const auto& entry : member.value.GetObject()) {
        std::printf("  %s: %u bytes\n", entry.name.GetString(),
                    entry.value.IsString() ? entry.value.GetStringLength() / 4 * 3 : 0);
      }
      continue;
    }
    if (member.value.IsObject() || member.value.IsArray()) {
      PrintSection(title, &member.value);
    } else {
      Line(title, member.value.IsString() ? std::string(AsView(member.value)) : WriteJson(member.value));
    }
  }
  if (Json* status = FindMutable(object, "status"); status != nullptr && status->IsObject()) {
    if (const std::string_view summary = FindString(*status, {"summary"}); !summary.empty())
      Line("Summary", std::string(summary));
    PrintConditions(Find(*status, "conditions"));
    Erase(*status, "conditions");
    Erase(*status, "summary");
    PrintSection("Status", status);
  }
  PrintEvents(session, object);
}

}  // namespace

int Describe(const Globals& globals, const DescribeOptions& options) {
  auto session = Connect(globals);
  if (!session.ok()) return Fail(session.status().message());
  const auto finder = ResourceFinder::Load(*session->client);
  if (!finder.ok()) return Fail(finder.status().message());
  const auto targets = ReadTargets(*finder, options.what);
  if (!targets.ok()) return Fail(targets.status().message());

  bool first = true;
  int code = 0;
  const auto show = [&](const Resource& resource, JsonDocument object) {
    if (!first) std::printf("\n\n");
    first = false;
    Print(*session, resource, std::move(object));
  };
  for (const Target& target : *targets) {
    if (target.names.empty()) {
      const auto reply = session->client->Raw({.target = TargetPath(globals, *session, target.resource, "") +
                                                         Query({{"labelSelector", options.selector}})});
      const auto list = reply.ok() ? ParseJson(reply->body) : Result<JsonDocument>(reply.status());
      if (!list.ok()) {
        code = Fail(list.status().message());
        continue;
      }
      const Json* items = Find(*list, "items");
      if (items == nullptr || !items->IsArray()) continue;
      for (const Json& item : items->GetArray()) {
        JsonDocument copy;
        copy.CopyFrom(item, copy.GetAllocator());
        show(target.resource, std::move(copy));
      }
      continue;
    }
    for (const std::string& name : target.names) {
      const auto reply = session->client->Raw({.target = TargetPath(globals, *session, target.resource, name)});
      auto object = reply.ok() ? ParseJson(reply->body) : Result<JsonDocument>(reply.status());
      if (!object.ok()) {
        code = Fail(object.status().message());
        continue;
      }
      show(target.resource, std::move(*object));
    }
  }
  return code;
}

}  // namespace croft::cli
