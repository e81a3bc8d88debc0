#include "tools/chart/chart/coalesce.h"

#include <algorithm>
#include <set>

#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

constexpr char kGlobal[] = "global";

std::string Join(const std::string& prefix, const std::string& key) {
  return prefix.empty() ? key : prefix + "." + key;
}

MapPtr CopyOf(const MapPtr& map) {
  return map == nullptr ? std::make_shared<Map>() : DeepCopy(Value::Of(map)).as_map();
}

class Coalescer {
 public:
  Coalescer(bool merge, Warnings warnings) : merge_(merge), warnings_(warnings) {}

  Status Coalesce(const Chart& chart, const MapPtr& target, const std::string& prefix) {
    TakeDefaults(chart, target, prefix);
    for (const auto& subchart : chart.dependencies) {
      Value& below = target->members.try_emplace(subchart->name(), NewMap()).first->second;
      if (!below.is_map()) {
        return Status::Invalid("type mismatch on " + subchart->name() + ": " +
                               GoSprintf("%t", std::vector<Value>{below}));
      }
      const MapPtr map = below.as_map();
      const std::string path = Join(prefix, chart.name());
      HandDownGlobals(map, target, path);
      CROFT_RETURN_IF_ERROR(Coalesce(*subchart, map, path));
    }
    return Status::Ok();
  }

  void Tables(const MapPtr& target, const MapPtr& source, const std::string& prefix, bool merge) {
    // A null removes a default, but stays where the default is null itself.
    std::set<std::string, std::less<>> defaults;
    for (const auto& [key, value] : source->members) {
      if (!value.is_nil()) defaults.insert(key);
    }
    for (const auto& [key, value] : target->members) {
      if (value.is_nil()) source->members[key] = Value();
    }
    for (const auto& [key, value] : source->members) {
      const auto at = target->members.find(key);
      if (at == target->members.end()) {
        target->members.emplace(key, value);
      } else if (!merge && at->second.is_nil() && defaults.contains(key)) {
        target->members.erase(at);
      } else if (value.is_map()) {
        if (at->second.is_map()) {
          Tables(at->second.as_map(), value.as_map(), Join(prefix, key), merge);
        } else {
          Warn("warning: cannot overwrite table with non table for " + Join(prefix, key) + " (" + Print(value) + ")");
        }
      } else if (at->second.is_map() && !value.is_nil()) {
        Warn("warning: destination for " + Join(prefix, key) + " is a table. Ignoring non-table value (" +
             Print(value) + ")");
      }
    }
  }

 private:
  void TakeDefaults(const Chart& chart, const MapPtr& target, const std::string& prefix) {
    const std::string path = Join(prefix, chart.name());
    const MapPtr defaults = CopyOf(chart.values);
    for (const auto& entry : defaults->members) {
      const std::string& key = entry.first;
      const Value& value = entry.second;
      const auto at = target->members.find(key);
      if (at == target->members.end()) {
        target->members.emplace(key, value);
      } else if (at->second.is_nil() && !merge_) {
        target->members.erase(at);
      } else if (at->second.is_map()) {
        if (value.is_map()) {
          // Nulls for a subchart count when that chart is come to.
          const bool below = std::any_of(chart.dependencies.begin(), chart.dependencies.end(),
                                         [&](const auto& subchart) { return subchart->name() == key; });
          Tables(at->second.as_map(), value.as_map(), Join(path, key), merge_ || below);
        } else if (!value.is_nil()) {
          Warn("warning: skipped value for " + path + "." + key + ": Not a table.");
        }
      }
    }
  }

  void HandDownGlobals(const MapPtr& target, const MapPtr& source, const std::string& prefix) {
    const auto globals_of = [&](const MapPtr& values, const char* which) -> MapPtr {
      const Value* globals = values->Find(kGlobal);
      if (globals == nullptr) return std::make_shared<Map>();
      if (globals->is_map()) return globals->as_map();
      Warn(std::string("warning: skipping globals because ") + which + " global is not a table.");
      return nullptr;
    };
    const MapPtr below = globals_of(target, "destination");
    const MapPtr above = below == nullptr ? nullptr : globals_of(source, "source");
    if (above == nullptr) return;
    for (const auto& [key, value] : above->members) {
      const Value* known = below->Find(key);
      if (!value.is_map()) {
        if (known != nullptr && known->is_map()) {
          Warn("key " + key + " is table. Skipping");
        } else {
          below->members[key] = value;
        }
        continue;
      }
      auto copy = std::make_shared<Map>(*value.as_map());
      if (known != nullptr && !known->is_map()) {
        Warn("Conflict: cannot merge map onto non-map for \"" + key + "\". Skipping.");
        continue;
      }
      // From the top down, here: nulls are dealt with when the chart below is come to.
      if (known != nullptr) Tables(copy, known->as_map(), Join(prefix, key), true);
      below->members[key] = Value::Of(std::move(copy));
    }
    target->members[kGlobal] = Value::Of(below);
  }

  static std::string Print(const Value& value) { return GoString(value); }

  void Warn(std::string text) {
    if (warnings_ != nullptr) warnings_->push_back(std::move(text));
  }

  const bool merge_;
  const Warnings warnings_;
};

Result<MapPtr> Gather(const Chart& chart, const MapPtr& values, bool merge, Warnings warnings) {
  MapPtr target = CopyOf(values);
  CROFT_RETURN_IF_ERROR(Coalescer(merge, warnings).Coalesce(chart, target, ""));
  return target;
}

}  // namespace

Result<MapPtr> CoalesceValues(const Chart& chart, const MapPtr& values, Warnings warnings) {
  return Gather(chart, values, false, warnings);
}

Result<MapPtr> MergeValues(const Chart& chart, const MapPtr& values, Warnings warnings) {
  return Gather(chart, values, true, warnings);
}

void CoalesceTables(const MapPtr& target, const MapPtr& source, Warnings warnings) {
  Coalescer(false, warnings).Tables(target, source, "", false);
}

void MergeTables(const MapPtr& target, const MapPtr& source, Warnings warnings) {
  Coalescer(true, warnings).Tables(target, source, "", true);
}

MapPtr OverlayValues(const MapPtr& base, const MapPtr& over) {
  auto out = std::make_shared<Map>(*base);
  for (const auto& [key, value] : over->members) {
    const Value* known = out->Find(key);
    const bool both = value.is_map() && known != nullptr && known->is_map();
    out->members[key] = both ? Value::Of(OverlayValues(known->as_map(), value.as_map())) : value;
  }
  return out;
}

MapPtr TableAt(const MapPtr& values, std::string_view path) {
  MapPtr table = values;
  while (true) {
    const size_t dot = path.find('.');
    const Value* value = table->Find(path.substr(0, dot));
    if (value == nullptr || !value->is_map()) return nullptr;
    table = value->as_map();
    if (dot == std::string_view::npos) return table;
    path.remove_prefix(dot + 1);
  }
}

}  // namespace croft::chart
