#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/merge.h"

namespace croft::chart {
namespace {

Value Dict(Rest<Value> given) {
  const Arguments values = given.values;
  Map map;
  for (size_t i = 0; i < values.size(); i += 2) {
    map.members.insert_or_assign(Text(values[i]), i + 1 < values.size() ? values[i + 1] : Value::String(""));
  }
  return Value::Of(std::make_shared<Map>(std::move(map)));
}

Result<Value> Set(const MapPtr& map, std::string_view key, const Value& value) {
  if (map->is_nil) return Wrong("assignment to entry in nil map");
  map->members.insert_or_assign(std::string(key), value);
  return Value::Of(map);
}

const MapPtr& MapIn(const Value& value) {
  static const MapPtr kNone = NilMap().as_map();
  return value.is_map() ? value.as_map() : kNone;
}

Value Pick(const MapPtr& map, Rest<std::string_view> keys) {
  Map out;
  for (const Value& key : keys.values) {
    if (const Value* value = map->Find(key.as_string())) {
      out.members.insert_or_assign(std::string(key.as_string()), *value);
    }
  }
  return Value::Of(std::make_shared<Map>(std::move(out)));
}

Value Omit(const MapPtr& map, Rest<std::string_view> keys) {
  Map out{map->members};
  for (const Value& key : keys.values) {
    const auto at = out.members.find(key.as_string());
    if (at != out.members.end()) out.members.erase(at);
  }
  return Value::Of(std::make_shared<Map>(std::move(out)));
}

Value Pluck(std::string_view key, Rest<MapPtr> maps) {
  std::vector<Value> out;
  for (const Value& map : maps.values) {
    if (const Value* value = MapIn(map)->Find(key)) out.push_back(*value);
  }
  return NewList(std::move(out));
}

Status NotA(std::string_view wanted, const Value& value) {
  const std::string type(value.is_nil() ? "nil" : value.GoType());
  return Wrong("interface conversion: interface {} is " + type + ", not " + std::string(wanted));
}

// dig KEY... DEFAULT MAP: what stands at the end of the keys.
Result<Value> Dig(Rest<Value> given) {
  const Arguments values = given.values;
  if (values.size() < 3) return Wrong("dig needs at least three arguments");
  const Value& otherwise = values[values.size() - 2];
  const Value* at = &values.back();
  const auto check = [](const Value& value) {
    return value.is_map() && value.as_map()->go_type == kAnyMap ? Status::Ok() : NotA(kAnyMap, value);
  };
  CROFT_RETURN_IF_ERROR(check(*at));
  const Arguments keys = values.first(values.size() - 2);
  for (const Value& key : keys) {
    if (!key.is_string()) return NotA("string", key);
  }
  for (const Value& key : keys) {
    CROFT_RETURN_IF_ERROR(check(*at));
    at = at->as_map()->Find(key.as_string());
    if (at == nullptr) return otherwise;
  }
  return *at;
}

// The map that others go into: the first itself, which they change, or a new one for nil.
Result<Value> Merge(const MapPtr& given, Rest<MapPtr> others, bool overwrite) {
  MapPtr into = given;
  for (const Value& other : others.values) {
    const MapPtr& from = MapIn(other);
    if (into->is_nil && !from->is_nil) into = std::make_shared<Map>();
    if (Status failed = MergeMaps(*into, *from, overwrite); !failed.ok()) return failed;
  }
  return Value::Of(into);
}

void AddMerges(Functions& functions) {
  const Function merge = Bind([](const MapPtr& into, Rest<MapPtr> others) { return Merge(into, others, false); });
  const Function over = Bind([](const MapPtr& into, Rest<MapPtr> others) { return Merge(into, others, true); });
  functions["merge"] = merge;
  functions["mustMerge"] = merge;
  functions["mergeOverwrite"] = over;
  functions["mustMergeOverwrite"] = over;
}

}  // namespace

void AddDicts(Functions& functions) {
  functions["dict"] = Bind(Dict);
  functions["get"] = Bind([](const MapPtr& map, std::string_view key) {
    const Value* value = map->Find(key);
    return value ? *value : Value::String("");
  });
  functions["set"] = Bind(Set);
  functions["unset"] = Bind([](const MapPtr& map, std::string_view key) {
    const auto at = map->members.find(key);
    if (at != map->members.end()) map->members.erase(at);
    return Value::Of(map);
  });
  functions["hasKey"] = Bind([](const MapPtr& map, std::string_view key) { return map->Find(key) != nullptr; });
  functions["pluck"] = Bind(Pluck);
  functions["pick"] = Bind(Pick);
  functions["omit"] = Bind(Omit);
  functions["dig"] = Bind(Dig);
  functions["keys"] = Bind([](Rest<MapPtr> maps) {
    std::vector<std::string> keys;
    for (const Value& map : maps.values) {
      for (const auto& member : MapIn(map)->members) keys.push_back(member.first);
    }
    return StringList(std::move(keys));
  });
  functions["values"] = Bind([](const MapPtr& map) {
    std::vector<Value> values;
    for (const auto& member : map->members) values.push_back(member.second);
    return NewList(std::move(values));
  });
  AddMerges(functions);
}

}  // namespace croft::chart
