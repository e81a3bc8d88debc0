#include <algorithm>
#include <set>

#include "tools/chart/chart/coalesce.h"
#include "tools/chart/functions/version.h"
#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

void Warn(Warnings warnings, std::string text) {
  if (warnings != nullptr) warnings->push_back(std::move(text));
}

bool InRange(const std::string& range, const std::string& version) {
  const Result<Version> parsed = Version::Parse(version);
  const Result<Constraint> constraint = Constraint::Parse(range);
  return parsed.ok() && constraint.ok() && constraint->Allows(*parsed);
}

bool IsFor(const Dependency& dependency, const Chart& chart) {
  return chart.name() == dependency.name && InRange(dependency.version, chart.metadata.version);
}

// A copy whose subcharts are its own: one chart can stand under several aliases.
std::shared_ptr<Chart> Clone(const Chart& chart) {
  auto copy = std::make_shared<Chart>(chart);
  std::vector<std::shared_ptr<Chart>> below;
  for (const auto& dependency : chart.dependencies) below.push_back(Clone(*dependency));
  copy->SetDependencies(std::move(below));
  return copy;
}

// The value at the path, when it is there and is no map.
const Value* LeafAt(const MapPtr& values, const std::string& path) {
  const size_t dot = path.rfind('.');
  const MapPtr table = dot == std::string::npos ? values : TableAt(values, std::string_view(path).substr(0, dot));
  const Value* value = table == nullptr ? nullptr : table->Find(dot == std::string::npos ? path : path.substr(dot + 1));
  return value == nullptr || value->is_map() ? nullptr : value;
}

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

void ApplyTags(std::vector<Dependency>& dependencies, const MapPtr& values, Warnings warnings) {
  const MapPtr tags = TableAt(values, "tags");
  if (tags == nullptr) return;
  for (Dependency& dependency : dependencies) {
    bool some = false;
    bool off = false;
    for (const std::string& tag : dependency.tags) {
      const Value* value = tags->Find(tag);
      if (value == nullptr) continue;
      if (value->type() != Type::kBool) {
        Warn(warnings, "Warning: Tag '" + tag + "' for chart " + dependency.name + " returned non-bool value");
      } else {
        (value->as_bool() ? some : off) = true;
      }
    }
    dependency.enabled = some || !off;
  }
}

// The first path of a condition that has a boolean decides.
void ApplyConditions(std::vector<Dependency>& dependencies, const MapPtr& values, const std::string& prefix,
                     Warnings warnings) {
  for (Dependency& dependency : dependencies) {
    std::string_view rest = Trim(dependency.condition);
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      const std::string path(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      const Value* value = path.empty() ? nullptr : LeafAt(values, prefix + path);
      if (value == nullptr) continue;
      if (value->type() == Type::kBool) {
        dependency.enabled = value->as_bool();
        break;
      }
      Warn(warnings,
           "Warning: Condition path '" + path + "' for chart " + dependency.name + " returned non-bool value");
    }
  }
}

// The charts that are there, those that dependencies name under their aliases.
void ApplyAliases(Chart& chart) {
  std::vector<Dependency>& wanted = chart.metadata.dependencies;
  std::vector<std::shared_ptr<Chart>> charts;
  for (const auto& there : chart.dependencies) {
    const bool listed =
        std::any_of(wanted.begin(), wanted.end(), [&](const Dependency& d) { return IsFor(d, *there); });
    if (!listed) charts.push_back(there);
  }
  for (Dependency& dependency : wanted) {
    const auto found = std::find_if(chart.dependencies.begin(), chart.dependencies.end(),
                                    [&](const auto& there) { return IsFor(dependency, *there); });
    if (found != chart.dependencies.end()) {
      charts.push_back(Clone(**found));
      if (!dependency.alias.empty()) charts.back()->metadata.name = dependency.alias;
    }
    if (!dependency.alias.empty()) dependency.name = dependency.alias;
  }
  chart.SetDependencies(std::move(charts));
}

Status Enable(Chart& chart, const MapPtr& values, const std::string& prefix, Warnings warnings) {
  std::vector<Dependency>& wanted = chart.metadata.dependencies;
  if (wanted.empty()) return Status::Ok();
  ApplyAliases(chart);
  for (Dependency& dependency : wanted) dependency.enabled = true;
  const Result<MapPtr> all = CoalesceValues(chart, values, nullptr);
  if (!all.ok()) return all.status();
  ApplyTags(wanted, *all, warnings);
  ApplyConditions(wanted, *all, prefix, warnings);

  std::set<std::string> off;
  for (const Dependency& dependency : wanted) {
    if (!dependency.enabled) off.insert(dependency.name);
  }
  std::erase_if(wanted, [&](const Dependency& dependency) { return off.contains(dependency.name); });
  std::erase_if(chart.dependencies, [&](const auto& there) { return off.contains(there->name()); });
  for (const auto& below : chart.dependencies) {
    CROFT_RETURN_IF_ERROR(Enable(*below, *all, prefix + below->name() + ".", warnings));
  }
  return Status::Ok();
}

std::string Print(const Value* value) {
  return GoString(value == nullptr ? Value() : *value);
}

// The map at a path: {a: {b: data}} for "a.b".
MapPtr Under(const std::string& path, MapPtr data) {
  if (path == ".") return data;
  std::string_view rest = path;
  while (true) {
    const size_t dot = rest.rfind('.');
    const std::string_view key = rest.substr(dot == std::string_view::npos ? 0 : dot + 1);
    data = NewMap({{std::string(key), Value::Of(std::move(data))}}).as_map();
    if (dot == std::string_view::npos) return data;
    rest = rest.substr(0, dot);
  }
}

Status Import(Chart& chart, Warnings warnings) {
  for (const auto& below : chart.dependencies) CROFT_RETURN_IF_ERROR(Import(*below, warnings));
  if (chart.metadata.dependencies.empty()) return Status::Ok();
  const Result<MapPtr> all = MergeValues(chart, nullptr, nullptr);
  if (!all.ok()) return all.status();
  auto imported = std::make_shared<Map>();
  for (Dependency& dependency : chart.metadata.dependencies) {
    std::vector<Value> taken;
    for (const Value& import : dependency.import_values) {
      std::string child;
      std::string parent = ".";
      if (import.is_map()) {
        child = Print(import.as_map()->Find("child"));
        parent = Print(import.as_map()->Find("parent"));
      } else if (import.is_string()) {
        child = "exports." + std::string(import.as_string());
      } else {
        continue;
      }
      taken.push_back(NewMap({{"child", Value::String(child)}, {"parent", Value::String(parent)}}, kStringMap));
      const MapPtr table = TableAt(*all, dependency.name + "." + child);
      if (table == nullptr) {
        Warn(warnings, "Warning: ImportValues missing table from chart " + dependency.name + ": \"" + child +
                           "\" is not a table");
        continue;
      }
      // No copy: as Helm has it, what is imported to two places is one map, and what is merged into one is in both.
      MergeTables(imported, Under(parent, table), warnings);
    }
    dependency.import_values = std::move(taken);
  }
  // What the parent says itself wins.
  chart.values = DeepCopy(Value::Of(*all)).as_map();
  MergeTables(chart.values, imported, warnings);
  return Status::Ok();
}

}  // namespace

Status ProcessDependencies(Chart& chart, const MapPtr& values, Warnings warnings) {
  CROFT_RETURN_IF_ERROR(Enable(chart, values, "", warnings));
  return Import(chart, warnings);
}

}  // namespace croft::chart
