#include "tools/chart/functions/toml_read.h"

#include <set>

#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/toml_scan.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

constexpr std::string_view kMapList = "[]map[string]interface {}";
constexpr int kMaxDepth = 500;

class Reader {
 public:
  explicit Reader(std::string_view text) : scanner_(text), root_(std::make_shared<Map>()), table_(root_) {}

  Result<Value> Read() {
    while (true) {
      CROFT_RETURN_IF_ERROR(scanner_.SkipLines());
      if (scanner_.done()) return Value::Of(root_);
      const bool list = scanner_.Take("[[");
      if (list || scanner_.Take("[")) {
        CROFT_RETURN_IF_ERROR(ReadHeader(list));
      } else {
        CROFT_RETURN_IF_ERROR(ReadMember(table_, 0));
      }
      CROFT_RETURN_IF_ERROR(scanner_.EndLine());
    }
  }

 private:
  Result<std::vector<std::string>> ReadKey() {
    std::vector<std::string> parts;
    do {
      Result<std::string> part = scanner_.ReadKeyPart();
      if (!part.ok()) return part.status();
      parts.push_back(std::move(*part));
      if (parts.size() > kMaxDepth) return scanner_.Failed("a key of too many parts");
      scanner_.SkipBlanks();
    } while (scanner_.Take("."));
    return parts;
  }

  Status Taken(const std::string& key) { return scanner_.Failed("Key '" + key + "' has already been defined."); }

  // The table below `map` by that name, made when there is none; of a list of tables the last.
  Result<MapPtr> Descend(const MapPtr& map, const std::string& key, bool dotted) {
    const auto at = map->members.find(key);
    if (at == map->members.end()) {
      auto made = std::make_shared<Map>();
      map->members.emplace(key, Value::Of(made));
      if (dotted) dotted_.insert(made.get());
      return made;
    }
    if (at->second.is_map()) {
      const MapPtr& there = at->second.as_map();
      const bool closed = closed_.contains(there.get()) || (dotted && !dotted_.contains(there.get()));
      return closed ? Result<MapPtr>(Taken(key)) : there;
    }
    if (!dotted && at->second.is_list() && at->second.as_list()->go_type == kMapList) {
      return at->second.as_list()->items.back().as_map();
    }
    return Taken(key);
  }

  // "[a.b]" or "[[a.b]]": what follows belongs to that table.
  Status ReadHeader(bool list) {
    const Result<std::vector<std::string>> key = ReadKey();
    if (!key.ok()) return key.status();
    if (!scanner_.Take(list ? "]]" : "]")) return scanner_.Failed("expected the end of a table's name");
    MapPtr at = root_;
    for (size_t i = 0; i + 1 < key->size(); ++i) {
      Result<MapPtr> next = Descend(at, (*key)[i], false);
      if (!next.ok()) return next.status();
      at = std::move(*next);
    }
    return list ? OpenListed(at, key->back()) : OpenTable(at, key->back());
  }

  Status OpenTable(const MapPtr& parent, const std::string& key) {
    const auto at = parent->members.find(key);
    if (at != parent->members.end() && !at->second.is_map()) return Taken(key);
    const Result<MapPtr> table = Descend(parent, key, false);
    if (!table.ok()) return table.status();
    if (!opened_.insert(table->get()).second) return Taken(key);
    table_ = *table;
    return Status::Ok();
  }

  Status OpenListed(const MapPtr& parent, const std::string& key) {
    const auto at = parent->members.try_emplace(key, NewList({}, kMapList)).first;
    if (!at->second.is_list() || at->second.as_list()->go_type != kMapList) return Taken(key);
    table_ = std::make_shared<Map>();
    at->second.as_list()->items.push_back(Value::Of(table_));
    return Status::Ok();
  }

  // "key = value"
  Status ReadMember(MapPtr map, int depth) {
    const Result<std::vector<std::string>> key = ReadKey();
    if (!key.ok()) return key.status();
    if (!scanner_.Take("=")) return scanner_.Failed("expected '=' after a key");
    scanner_.SkipBlanks();
    for (size_t i = 0; i + 1 < key->size(); ++i) {
      Result<MapPtr> next = Descend(map, (*key)[i], true);
      if (!next.ok()) return next.status();
      map = std::move(*next);
    }
    Result<Value> value = ReadValue(depth + 1);
    if (!value.ok()) return value.status();
    return map->members.emplace(key->back(), std::move(*value)).second ? Status::Ok() : Taken(key->back());
  }

  Result<Value> ReadValue(int depth) {
    if (depth > kMaxDepth) return scanner_.Failed("values are nested too deep");
    if (scanner_.Take("[")) return ReadList(depth);
    if (scanner_.Take("{")) return ReadInlineTable(depth);
    return scanner_.ReadScalar();
  }

  Result<Value> ReadList(int depth) {
    std::vector<Value> items;
    while (true) {
      CROFT_RETURN_IF_ERROR(scanner_.SkipLines());
      if (scanner_.Take("]")) return NewList(std::move(items));
      Result<Value> item = ReadValue(depth + 1);
      if (!item.ok()) return item;
      items.push_back(std::move(*item));
      CROFT_RETURN_IF_ERROR(scanner_.SkipLines());
      if (!scanner_.Take(",") && scanner_.next() != ']') {
        return scanner_.Failed("expected a comma or the list's end (']')");
      }
    }
  }

  // Over several lines too, and with a comma at the end.
  Result<Value> ReadInlineTable(int depth) {
    auto table = std::make_shared<Map>();
    while (true) {
      CROFT_RETURN_IF_ERROR(scanner_.SkipLines());
      if (scanner_.Take("}")) break;
      CROFT_RETURN_IF_ERROR(ReadMember(table, depth));
      CROFT_RETURN_IF_ERROR(scanner_.SkipLines());
      if (!scanner_.Take(",") && scanner_.next() != '}') {
        return scanner_.Failed("expected a comma or an inline table's end ('}')");
      }
    }
    closed_.insert(table.get());
    return Value::Of(std::move(table));
  }

  TomlScanner scanner_;
  const MapPtr root_;
  MapPtr table_;
  std::set<const Map*> opened_;  // by a header of their own: once
  std::set<const Map*> dotted_;  // made by dotted keys: only these may add to them
  std::set<const Map*> closed_;  // inline: complete
};

}  // namespace

Result<Value> ReadToml(std::string_view text) {
  bool valid = true;
  for (std::string_view rest = text; valid && !rest.empty();) TakeRune(rest, &valid);
  if (!valid) return Wrong("toml: invalid UTF-8");
  return Reader(text).Read();
}

}  // namespace croft::chart
