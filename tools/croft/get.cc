#include <unistd.h>

#include <cstdio>

#include "api/object/yaml.h"
#include "tools/croft/targets.h"
#include "tools/croft/terminal.h"
#include "tools/croft/verbs.h"

namespace croft::cli {
namespace {

constexpr const char* kTable = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

std::string CellText(const Json& cell) {
  if (cell.IsString()) return std::string(AsView(cell));
  if (cell.IsNull()) return "<none>";
  return WriteJson(cell);
}

// The names of a Table's columns that are shown, in order.
std::vector<size_t> ShownColumns(const Json& table, bool wide, std::vector<std::string>* header) {
  std::vector<size_t> shown;
  const Json* columns = Find(table, "columnDefinitions");
  if (columns == nullptr || !columns->IsArray()) return shown;
  for (rapidjson::SizeType i = 0; i < columns->Size(); ++i) {
    if (!wide && FindInt((*columns)[i], {"priority"}) > 0) continue;
    std::string name(FindString((*columns)[i], {"name"}));
    for (char& c : name) c = static_cast<char>(toupper(static_cast<unsigned char>(c)));
    header->push_back(name);
    shown.push_back(i);
  }
  return shown;
}

class Getter {
 public:
  Getter(const Globals& globals, const GetOptions& options, Session& session)
      : globals_(globals), options_(options), session_(session) {}

  int Run(const std::vector<Target>& targets) {
    if (options_.watch && targets.size() != 1) return Fail("--watch takes one resource");
    const bool several = targets.size() > 1;
    int code = 0;
    for (const Target& target : targets) {
      if (target.names.empty()) {
        code |= One(target.resource, "", several);
      }
      for (const std::string& name : target.names) code |= One(target.resource, name, several);
    }
    if (code == 0 && !documents_.empty()) PrintDocuments();
    if (code == 0 && !printed_ && documents_.empty() && options_.output.empty()) {
      std::fprintf(stderr, "No resources found%s.\n",
                   globals_.all_namespaces ? "" : (" in namespace " + session_.ns).c_str());
    }
    return code;
  }

 private:
  int One(const Resource& resource, const std::string& name, bool several) {
    const bool as_table = options_.output.empty() || options_.output == "wide";
    const std::string path = TargetPath(globals_, session_, resource, name);
    const std::string query = Query({{"labelSelector", options_.selector}, {"fieldSelector", options_.field_selector}});
    const auto reply = session_.client->Raw(
        {.target = path + (name.empty() ? query : ""), .accept = as_table ? kTable : "application/json"});
    if (!reply.ok()) return Fail(reply.status().message());
    auto parsed = ParseJson(reply->body);
    if (!parsed.ok()) return Fail(parsed.status().message());
    if (!as_table) {
      Collect(resource, std::move(*parsed));
      return 0;
    }
    PrintTable(resource, *parsed, several);
    if (options_.watch) return Watch(resource, name, std::string(FindString(*parsed, {"metadata", "resourceVersion"})));
    return 0;
  }

  void PrintTable(const Resource& resource, const Json& table, bool several) {
    std::vector<std::string> header;
    const std::vector<size_t> shown = ShownColumns(table, options_.output == "wide", &header);
    const Json* rows = Find(table, "rows");
    if (rows == nullptr || !rows->IsArray() || rows->Empty()) return;
    if (globals_.all_namespaces && resource.namespaced) header.insert(header.begin(), "NAMESPACE");
    TablePrinter printer(header);
    for (const Json& row : rows->GetArray()) printer.Add(RowOf(resource, row, shown, several));
    if (printed_ && several) std::fputs("\n", stdout);
    std::fputs(printer.Print(ColoursOn(STDOUT_FILENO), !options_.no_headers).c_str(), stdout);
    std::fflush(stdout);
    printed_ = true;
  }

  std::vector<std::string> RowOf(const Resource& resource, const Json& row, const std::vector<size_t>& shown,
                                 bool several) {
    std::vector<std::string> cells;
    if (globals_.all_namespaces && resource.namespaced) {
      cells.emplace_back(FindString(row, {"object", "metadata", "namespace"}));
    }
    const Json* values = Find(row, "cells");
    for (const size_t i : shown) {
      const bool there = values != nullptr && values->IsArray() && i < values->Size();
      std::string text = there ? CellText((*values)[static_cast<rapidjson::SizeType>(i)]) : "";
      if (several && i == shown.front()) text = Display(resource, text);
      cells.push_back(std::move(text));
    }
    return cells;
  }

  // Follows changes until interrupted or the server ends the watch.
  int Watch(const Resource& resource, const std::string& name, const std::string& version) {
    const std::string field = name.empty() ? options_.field_selector : "metadata.name=" + name;
    const std::string path = TargetPath(globals_, session_, resource, "") + Query({{"watch", "true"},
                                                                                   {"resourceVersion", version},
                                                                                   {"labelSelector", options_.selector},
                                                                                   {"fieldSelector", field}});
    std::string buffer;
    std::vector<size_t> shown;
    const Status ended = session_.client->Stream(path, kTable, [&](std::string_view data) {
      buffer.append(data);
      for (size_t end; (end = buffer.find('\n')) != std::string::npos; buffer.erase(0, end + 1)) {
        const auto event = ParseJson(std::string_view(buffer).substr(0, end));
        const Json* table = event.ok() ? Find(*event, "object") : nullptr;
        if (table == nullptr || FindString(*event, {"type"}) == "BOOKMARK") continue;
        std::vector<std::string> header;
        if (shown.empty()) shown = ShownColumns(*table, options_.output == "wide", &header);
        const Json* rows = Find(*table, "rows");
        if (rows == nullptr || !rows->IsArray()) continue;
        for (const Json& row : rows->GetArray()) {
          TablePrinter printer({});
          std::string line;
          for (const std::string& cell : RowOf(resource, row, shown, false)) line += (line.empty() ? "" : "   ") + cell;
          std::printf("%s\n", line.c_str());
        }
        std::fflush(stdout);
      }
      return true;
    });
    return ended.ok() ? 0 : Fail(ended.message());
  }

  void Collect(const Resource& resource, JsonDocument document) {
    if (Json* items = FindMutable(document, "items"); items != nullptr && items->IsArray()) {
      for (Json& item : items->GetArray()) {
        JsonDocument copy(rapidjson::kObjectType);
        // Items of a list carry no kind on the wire.
        SetString(copy, "apiVersion", ApiVersion(resource.gvr.group, resource.gvr.version), copy.GetAllocator());
        SetString(copy, "kind", resource.kind, copy.GetAllocator());
        for (auto& member : item.GetObject()) {
          Set(copy, AsView(member.name), Copy(member.value, copy.GetAllocator()), copy.GetAllocator());
        }
        documents_.push_back({resource, std::move(copy)});
      }
      is_list_ = true;
      return;
    }
    documents_.push_back({resource, std::move(document)});
  }

  void PrintDocuments() {
    if (options_.output == "name") {
      for (const auto& [resource, document] : documents_) {
        std::printf("%s\n", Display(resource, std::string(FindString(document, {"metadata", "name"}))).c_str());
      }
      return;
    }
    JsonDocument whole;
    if (documents_.size() == 1 && !is_list_) {
      whole = std::move(documents_.front().second);
    } else {
      whole.SetObject();
      auto& allocator = whole.GetAllocator();
      SetString(whole, "apiVersion", "v1", allocator);
      SetString(whole, "kind", "List", allocator);
      Json items(rapidjson::kArrayType);
      for (const auto& [resource, document] : documents_) items.PushBack(Copy(document, allocator), allocator);
      Set(whole, "items", std::move(items), allocator);
    }
    const std::string text = options_.output == "json" ? WritePrettyJson(whole) + "\n" : WriteYaml(whole);
    std::fputs(text.c_str(), stdout);
  }

  const Globals& globals_;
  const GetOptions& options_;
  Session& session_;
  bool printed_ = false;
  bool is_list_ = false;
  std::vector<std::pair<Resource, JsonDocument>> documents_;
};

}  // namespace

int Get(const Globals& globals, const GetOptions& options) {
  static constexpr std::string_view kOutputs[] = {"", "wide", "yaml", "json", "name"};
  bool known = false;
  for (const std::string_view output : kOutputs) known = known || output == options.output;
  if (!known) return Fail("--output takes wide, yaml, json or name, not \"" + options.output + "\"");
  auto session = Connect(globals);
  if (!session.ok()) return Fail(session.status().message());
  const auto finder = ResourceFinder::Load(*session->client);
  if (!finder.ok()) return Fail(finder.status().message());
  const auto targets = ReadTargets(*finder, options.what);
  if (!targets.ok()) return Fail(targets.status().message());
  return Getter(globals, options, *session).Run(*targets);
}

}  // namespace croft::cli
