#include <yaml.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "api/base/base64.h"
#include "api/object/utf8.h"
#include "tools/chart/value/float_text.h"
#include "tools/chart/value/yaml.h"
#include "tools/chart/value/yaml_scalar.h"

namespace croft::chart {
namespace {

using Kind = YamlScalar::Kind;

// libyaml looks at every open collection with each token.
constexpr int kMaxYamlDepth = 250;
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

Status Refusal(const std::string& why) {
  return Status::BadRequest("error converting YAML to JSON: yaml: " + why);
}

std::string ShortTag(std::string_view tag) {
  return tag.starts_with(kTagPrefix) ? "!!" + std::string(tag.substr(kTagPrefix.size())) : std::string(tag);
}

std::string_view TagOf(const YamlScalar& scalar) {
  switch (scalar.kind) {
    case Kind::kNull:
      return "!!null";
    case Kind::kBool:
      return "!!bool";
    case Kind::kInt:
    case Kind::kUint:
      return "!!int";
    case Kind::kFloat:
      return "!!float";
    case Kind::kTime:
      return "!!timestamp";
    case Kind::kString:
      break;
  }
  return "!!str";
}

std::string_view Text(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

// How much of a document may come from aliases: most of a small one, little of a large one.
bool ExcessiveAliasing(size_t nodes, size_t aliased) {
  if (aliased <= 100 || nodes <= 1000) return false;
  constexpr double kSmall = 400000;
  constexpr double kLarge = 4000000;
  const double count = static_cast<double>(nodes);
  const double allowed = count <= kSmall   ? 0.99
                         : count >= kLarge ? 0.10
                                           : 0.99 - 0.89 * ((count - kSmall) / (kLarge - kSmall));
  return static_cast<double>(aliased) / count > allowed;
}

struct Event {
  yaml_event_t event{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event); }
  const yaml_event_t* operator->() const { return &event; }
};

// Builds the first document from libyaml's events. Open collections are a stack of its own: no recursion.
class Builder {
 public:
  Builder(std::string_view text, Numbers numbers) : numbers_(numbers) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder() { yaml_parser_delete(&parser_); }

  Result<Value> Build() {
    Status failed;
    while (true) {
      Event event;
      if (yaml_parser_parse(&parser_, &event.event) == 0) return Refusal(Problem());
      if (event->type == YAML_STREAM_END_EVENT || event->type == YAML_DOCUMENT_END_EVENT) break;
      // What is wrong with the text itself is told rather than what is wrong with what it says.
      if (failed.ok()) failed = Take(event.event);
      if (too_deep_) return failed;
    }
    if (!failed.ok()) return failed;
    return std::move(root_);
  }

 private:
  enum class Expect { kKey, kValue, kMerge };
  struct Frame {
    bool is_map = false;
    Expect expect = Expect::kKey;
    MapPtr map;
    std::vector<Value> items;
    std::string key;
    std::string anchor;
    size_t nodes = 1;
    size_t depth = 1;
  };
  struct Anchored {
    Value value;
    std::string key;  // what a scalar is called as a key
    bool is_key = false;
    size_t nodes = 1;
    size_t depth = 0;
    bool open = true;
  };

  Status Take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        return TakeAlias(Text(event.data.alias.anchor));
      case YAML_SCALAR_EVENT:
        return TakeScalar(event);
      case YAML_SEQUENCE_START_EVENT:
        return Open(false, Text(event.data.sequence_start.anchor));
      case YAML_MAPPING_START_EVENT:
        return Open(true, Text(event.data.mapping_start.anchor));
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return Close();
      default:
        return Status::Ok();
    }
  }

  // As go-yaml counts lines: from zero but for the scanner.
  std::string Problem() const {
    size_t line = parser_.problem_mark.line;
    if (line != 0 && parser_.error == YAML_SCANNER_ERROR) ++line;
    if (line == 0) line = parser_.context_mark.line;
    const std::string what = parser_.problem == nullptr ? "unknown problem parsing YAML content" : parser_.problem;
    return line == 0 ? what : "line " + std::to_string(line) + ": " + what;
  }

  Status TooDeep() {
    too_deep_ = true;
    return Refusal("exceeded max depth of " + std::to_string(kMaxYamlDepth));
  }

  Status Open(bool is_map, std::string_view anchor) {
    if (open_.size() >= static_cast<size_t>(kMaxYamlDepth)) return TooDeep();
    if (!open_.empty() && open_.back().is_map && open_.back().expect == Expect::kKey) {
      return Refusal("invalid map key: only scalars can be keys");
    }
    CROFT_RETURN_IF_ERROR(Count(1, 0));
    Frame frame;
    frame.is_map = is_map;
    if (is_map) frame.map = std::make_shared<Map>();
    frame.anchor = anchor;
    if (!anchor.empty()) anchors_.insert_or_assign(frame.anchor, Anchored());
    open_.push_back(std::move(frame));
    return Status::Ok();
  }

  Status Close() {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    Value value = frame.is_map ? Value::Of(std::move(frame.map)) : NewList(std::move(frame.items));
    if (!frame.anchor.empty()) anchors_[frame.anchor] = {value, "", false, frame.nodes, frame.depth, false};
    return Accept(std::move(value), frame.nodes, frame.depth, false);
  }

  Status TakeAlias(std::string_view name) {
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) return Refusal("unknown anchor '" + std::string(name) + "' referenced");
    const Anchored& anchored = found->second;
    if (anchored.open) return Refusal("anchor '" + std::string(name) + "' value contains itself");
    CROFT_RETURN_IF_ERROR(Count(1 + anchored.nodes, anchored.nodes));
    if (open_.size() + anchored.depth > static_cast<size_t>(kMaxYamlDepth)) return TooDeep();
    if (ExpectsKey()) {
      if (!anchored.is_key) return Refusal("invalid map key: only scalars can be keys");
      return AcceptKey(anchored.key);
    }
    return Accept(DeepCopy(anchored.value), 1 + anchored.nodes, anchored.depth, true);
  }

  bool ExpectsKey() const { return !open_.empty() && open_.back().is_map && open_.back().expect == Expect::kKey; }

  Status TakeScalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    const std::string_view text(reinterpret_cast<const char*>(scalar.value), scalar.length);
    const std::string_view tag = Text(scalar.tag);
    const std::string_view anchor = Text(scalar.anchor);
    const bool merges = text == "<<" && (scalar.plain_implicit != 0 || tag == "tag:yaml.org,2002:merge");
    if (ExpectsKey() && merges) {
      open_.back().expect = Expect::kMerge;
      return Status::Ok();
    }
    CROFT_RETURN_IF_ERROR(Count(1, 0));
    YamlScalar resolved;
    std::string decoded;
    std::string_view content = text;
    if (scalar.plain_implicit != 0 || !tag.empty()) {
      CROFT_RETURN_IF_ERROR(Resolve(tag, text, resolved));
      if (tag == "tag:yaml.org,2002:binary") {
        const std::optional<std::string> bytes = Base64Decode(text);
        if (!bytes) return Refusal("!!binary value contains invalid base64 data");
        decoded = IsUtf8(*bytes) ? *bytes : CleanUtf8(*bytes);
        content = decoded;
      }
    }
    const bool as_key = ExpectsKey();
    std::optional<std::string> key;
    if (as_key || !anchor.empty()) key = KeyOf(resolved, content);
    Value value;
    if (!as_key || !anchor.empty()) {
      Result<Value> made = ValueOf(resolved, content);
      if (!made.ok()) return made.status();
      value = std::move(*made);
    }
    if (!anchor.empty()) {
      anchors_.insert_or_assign(std::string(anchor), Anchored{value, key.value_or(""), key.has_value(), 1, 0, false});
    }
    if (!as_key) return Accept(std::move(value), 1, 0, false);
    if (!key) return Refusal("unsupported map key `" + std::string(text) + "`: it is null, or too large");
    return AcceptKey(std::move(*key));
  }

  // What an explicit or implicit tag makes of the text.
  static Status Resolve(std::string_view tag, std::string_view text, YamlScalar& resolved) {
    if (tag.empty()) {
      resolved = ResolveYaml(text);
      return Status::Ok();
    }
    const std::string wanted = ShortTag(tag);
    if (wanted != "!!bool" && wanted != "!!int" && wanted != "!!float" && wanted != "!!null" &&
        wanted != "!!timestamp") {
      return Status::Ok();
    }
    resolved = ResolveYaml(text);
    if (resolved.kind == Kind::kTime && wanted != "!!timestamp") resolved.kind = Kind::kString;
    if (wanted == "!!float" && resolved.kind == Kind::kInt) {
      resolved.kind = Kind::kFloat;
      resolved.number = static_cast<double>(resolved.integer);
    }
    const std::string_view found = TagOf(resolved);
    if (found == wanted) return Status::Ok();
    return Refusal("cannot decode " + std::string(found) + " `" + std::string(text) + "` as a " + wanted);
  }

  Result<Value> ValueOf(const YamlScalar& scalar, std::string_view text) const {
    switch (scalar.kind) {
      case Kind::kNull:
        return Value();
      case Kind::kBool:
        return Value::Bool(scalar.truth);
      case Kind::kInt:
        return numbers_ == Numbers::kExact ? Value::Int64(scalar.integer)
                                           : Value::Float64(static_cast<double>(scalar.integer));
      case Kind::kUint:
        return Value::Float64(static_cast<double>(scalar.natural));
      case Kind::kFloat:
        if (!std::isfinite(scalar.number)) {
          const char* name = std::isnan(scalar.number) ? "NaN" : scalar.number > 0 ? "+Inf" : "-Inf";
          return Status::BadRequest("error converting YAML to JSON: json: unsupported value: " + std::string(name));
        }
        return Value::Float64(scalar.number);
      case Kind::kTime:
      case Kind::kString:
        break;
    }
    return Value::String(std::string(text));
  }

  // None for what can't be a key in JSON.
  static std::optional<std::string> KeyOf(const YamlScalar& scalar, std::string_view text) {
    switch (scalar.kind) {
      case Kind::kNull:
      case Kind::kUint:
        return std::nullopt;
      case Kind::kBool:
        return scalar.truth ? "true" : "false";
      case Kind::kInt:
        return std::to_string(scalar.integer);
      case Kind::kFloat: {
        if (std::isnan(scalar.number)) return ".nan";
        if (std::isinf(static_cast<float>(scalar.number))) return scalar.number > 0 ? ".inf" : "-.inf";
        std::string out;
        AppendFloat(out, static_cast<float>(scalar.number), -4, 6);  // single precision, as there
        return out;
      }
      case Kind::kTime:
      case Kind::kString:
        break;
    }
    return std::string(text);
  }

  Status AcceptKey(std::string key) {
    Frame& frame = open_.back();
    frame.key = std::move(key);
    frame.expect = Expect::kValue;
    ++frame.nodes;
    return Status::Ok();
  }

  // Puts a complete node where it belongs.
  Status Accept(Value value, size_t nodes, size_t depth, bool alias) {
    if (open_.empty()) {
      root_ = std::move(value);
      return Status::Ok();
    }
    Frame& frame = open_.back();
    frame.nodes += nodes;
    frame.depth = std::max(frame.depth, depth + 1);
    if (!frame.is_map) {
      frame.items.push_back(std::move(value));
      return Status::Ok();
    }
    const Expect expected = frame.expect;
    frame.expect = Expect::kKey;
    if (expected == Expect::kMerge) return Merge(*frame.map, value, alias);
    frame.map->members.insert_or_assign(std::move(frame.key), std::move(value));
    return Status::Ok();
  }

  // What is merged wins over what stands before it, and of several the first over those after it.
  static Status Merge(Map& map, const Value& value, bool alias) {
    static constexpr char kWrong[] = "map merge requires map or sequence of maps as the value";
    if (value.is_map()) {
      for (const auto& [key, member] : value.as_map()->members) map.members.insert_or_assign(key, member);
      return Status::Ok();
    }
    if (!value.is_list() || alias) return Refusal(kWrong);
    const std::vector<Value>& items = value.as_list()->items;
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      if (!item->is_map()) return Refusal(kWrong);
      for (const auto& [key, member] : item->as_map()->members) map.members.insert_or_assign(key, member);
    }
    return Status::Ok();
  }

  Status Count(size_t nodes, size_t aliased) {
    nodes_ += nodes;
    aliased_ += aliased;
    return ExcessiveAliasing(nodes_, aliased_) ? Refusal("document contains excessive aliasing") : Status::Ok();
  }

  yaml_parser_t parser_{};
  const Numbers numbers_;
  Value root_;
  std::vector<Frame> open_;
  std::map<std::string, Anchored, std::less<>> anchors_;
  size_t nodes_ = 1;
  size_t aliased_ = 0;
  bool too_deep_ = false;
};

std::string JsonKind(const Value& value) {
  switch (value.type()) {
    case Type::kBool:
      return "bool";
    case Type::kString:
      return "string";
    case Type::kList:
      return "array";
    case Type::kMap:
      return "object";
    default:
      return "number";
  }
}

Status WrongKind(const Value& value, std::string_view wanted) {
  return Status::BadRequest("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal " + JsonKind(value) +
                            " into Go value of type " + std::string(wanted));
}

}  // namespace

Result<Value> ReadYaml(std::string_view text, Numbers numbers) {
  Builder builder(text, numbers);
  return builder.Build();
}

Result<MapPtr> ReadYamlMap(std::string_view text) {
  Result<Value> value = ReadYaml(text);
  if (!value.ok()) return value.status();
  if (value->is_nil()) return std::make_shared<Map>();
  if (!value->is_map()) return WrongKind(*value, kAnyMap);
  return value->as_map();
}

Result<ListPtr> ReadYamlList(std::string_view text) {
  Result<Value> value = ReadYaml(text);
  if (!value.ok()) return value.status();
  if (value->is_nil()) return std::make_shared<List>();
  if (!value->is_list()) return WrongKind(*value, kAnyList);
  return value->as_list();
}

}  // namespace croft::chart
