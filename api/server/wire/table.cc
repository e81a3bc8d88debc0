#include "api/server/wire/table.h"

#include "api/server/json_path.h"
#include "api/server/tables/cells.h"

namespace croft::server {
namespace {

struct Column {
  std::string name;
  std::string type;
  std::string format;
  std::string description;
  int32_t priority = 0;
  std::string json_path;
  CellFunction render = nullptr;
  bool native_age = false;  // Kubernetes' own kinds call an age a text, posted ones a date
};

std::vector<Column> ColumnsOf(const Served& served) {
  std::vector<Column> columns;
  columns.push_back(
      {"Name", "string", "name", "Name must be unique within a namespace.", 0, ".metadata.name", nullptr});
  const std::string prefix = served.def().group + "/" + served.def().plural + "/";
  // What says more than the name itself.
  if (const auto name = AllCells().find(prefix + "Name"); name != AllCells().end()) {
    columns.front().render = name->second;
  }
  for (const schema::PrinterColumn& column : served.version->columns) {
    // Kinds with a Name of their own place it elsewhere.
    if (column.name == "Name") columns.front().priority = column.priority;
    const auto render = AllCells().find(prefix + column.name);
    const bool computed = render != AllCells().end();
    columns.push_back({column.name, column.type, column.format, column.description, column.priority, column.json_path,
                       computed ? render->second : nullptr,
                       served.def().builtin && column.type == "date" && !computed});
  }
  if (served.version->columns.empty()) {
    columns.push_back({"Age", "date", "", "", 0, ".metadata.creationTimestamp", nullptr});
  }
  // Events show their name last and only when asked for.
  if (served.def().plural == "events" && columns.size() > 1 && columns.back().name == "Name") {
    columns.erase(columns.begin());
    columns.back().format = "name";
  }
  return columns;
}

Json TextCell(const std::string& text, JsonAllocator& allocator) {
  return MakeString(text, allocator);
}

// What a path found, as the column's type wants it; null when nothing was found.
Json PathCell(const Column& column, const Json& object, WallTime now, JsonAllocator& allocator) {
  const std::vector<const Json*> values = EvaluateJsonPath(object, column.json_path);
  if (values.empty() || values.front()->IsNull()) return {};
  const Json& value = *values.front();
  if (column.type == "date") return TextCell(value.IsString() ? AgeOf(AsView(value), now) : "<invalid>", allocator);
  if (column.type == "integer" && value.IsInt64()) return Json(value.GetInt64());
  if (column.type == "integer" && value.IsNumber()) return Json(static_cast<int64_t>(value.GetDouble()));
  if (column.type == "number" && value.IsNumber()) return Copy(value, allocator);
  if (column.type == "boolean" && value.IsBool()) return Copy(value, allocator);
  if (column.type != "string") return {};
  if (values.size() == 1 && value.IsString()) return Copy(value, allocator);
  if (values.size() == 1) return TextCell(WriteJson(value), allocator);
  std::vector<std::string> texts;
  for (const Json* one : values) texts.push_back(one->IsString() ? std::string(AsView(*one)) : WriteJson(*one));
  return TextCell(Joined(texts), allocator);
}

Json CellOf(const Column& column, const Json& object, WallTime now, JsonAllocator& allocator) {
  if (column.render == nullptr) return PathCell(column, object, now, allocator);
  const Cell cell = column.render(object, now);
  if (cell.type == Cell::Type::kFlag) return Json(cell.number != 0);
  return cell.type == Cell::Type::kNumber ? Json(cell.number) : TextCell(cell.text, allocator);
}

Json PartialOf(const Json& object, const std::string& version, JsonAllocator& allocator) {
  Json partial(rapidjson::kObjectType);
  SetString(partial, "kind", "PartialObjectMetadata", allocator);
  SetString(partial, "apiVersion", "meta.k8s.io/" + version, allocator);
  const Json* metadata = Find(object, "metadata");
  if (metadata != nullptr) Set(partial, "metadata", Copy(*metadata, allocator), allocator);
  return partial;
}

Json ListMetaOf(const TableMeta& meta, JsonAllocator& allocator) {
  Json out(rapidjson::kObjectType);
  if (!meta.resource_version.empty()) SetString(out, "resourceVersion", meta.resource_version, allocator);
  if (!meta.continue_token.empty()) SetString(out, "continue", meta.continue_token, allocator);
  if (meta.remaining) Set(out, "remainingItemCount", Json(*meta.remaining), allocator);
  return out;
}

}  // namespace

std::string RenderTable(const Served& served, const std::vector<ObjectPtr>& objects, const TableMeta& meta,
                        const TableRequest& request) {
  const std::vector<Column> columns = ColumnsOf(served);
  JsonDocument table(rapidjson::kObjectType);
  auto& allocator = table.GetAllocator();
  SetString(table, "kind", "Table", allocator);
  SetString(table, "apiVersion", "meta.k8s.io/" + request.version, allocator);
  Set(table, "metadata", ListMetaOf(meta, allocator), allocator);
  Json definitions(rapidjson::kArrayType);
  for (const Column& column : columns) {
    Json definition(rapidjson::kObjectType);
    SetString(definition, "name", column.name, allocator);
    SetString(definition, "type", column.native_age ? "string" : column.type, allocator);
    SetString(definition, "format", column.format, allocator);
    SetString(definition, "description", column.description, allocator);
    Set(definition, "priority", Json(column.priority), allocator);
    definitions.PushBack(std::move(definition), allocator);
  }
  Set(table, "columnDefinitions", std::move(definitions), allocator);
  Json rows(rapidjson::kArrayType);
  for (const ObjectPtr& object : objects) {
    const JsonDocument json = object->ToJson();
    Json cells(rapidjson::kArrayType);
    for (const Column& column : columns) cells.PushBack(CellOf(column, json, request.now, allocator), allocator);
    Json row(rapidjson::kObjectType);
    Set(row, "cells", std::move(cells), allocator);
    if (request.include == IncludeObject::kMetadata) {
      Set(row, "object", PartialOf(json, request.version, allocator), allocator);
    } else if (request.include == IncludeObject::kObject) {
      Set(row, "object", Copy(json, allocator), allocator);
    }
    rows.PushBack(std::move(row), allocator);
  }
  Set(table, "rows", std::move(rows), allocator);
  return WriteJson(table);
}

std::string PartialObject(const Object& object, const std::string& version) {
  JsonDocument document;
  const JsonDocument json = object.ToJson();
  return WriteJson(PartialOf(json, version, document.GetAllocator()));
}

std::string PartialObjectList(const std::vector<ObjectPtr>& objects, const TableMeta& meta,
                              const std::string& version) {
  JsonDocument list(rapidjson::kObjectType);
  auto& allocator = list.GetAllocator();
  SetString(list, "kind", "PartialObjectMetadataList", allocator);
  SetString(list, "apiVersion", "meta.k8s.io/" + version, allocator);
  Set(list, "metadata", ListMetaOf(meta, allocator), allocator);
  Json items(rapidjson::kArrayType);
  for (const ObjectPtr& object : objects) items.PushBack(PartialOf(object->ToJson(), version, allocator), allocator);
  Set(list, "items", std::move(items), allocator);
  return WriteJson(list);
}

}  // namespace croft::server
