#include "tools/chart/chart/metadata.h"

#include <algorithm>
#include <functional>
#include <set>

#include "tools/chart/functions/version.h"
#include "tools/chart/value/float_text.h"
#include "tools/chart/value/go_quote.h"
#include "tools/chart/value/yaml.h"

namespace croft::chart {
namespace {

using Reader = std::function<Status(const Value&)>;
using Fields = std::vector<std::pair<std::string_view, Reader>>;

Status Wrong(std::string_view field, std::string_view wanted) {
  return Status::BadRequest(
      "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go struct field " +
      std::string(field) + " of type " + std::string(wanted));
}

bool EqualFold(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
           return lower(x) == lower(y);
         });
}

// Each member goes to the field of its name, or of its name in other letters; others count for nothing.
Status ReadFields(const Value& value, std::string_view what, const Fields& fields) {
  if (value.is_nil()) return Status::Ok();
  if (!value.is_map()) return Wrong(what, "struct");
  for (const auto& entry : value.as_map()->members) {
    const std::string& key = entry.first;
    const Value& member = entry.second;
    auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == key; });
    if (field == fields.end()) {
      field = std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return EqualFold(f.first, key); });
    }
    if (field != fields.end() && !member.is_nil()) CROFT_RETURN_IF_ERROR(field->second(member));
  }
  return Status::Ok();
}

Status ReadText(const Value& value, std::string_view field, std::string& out) {
  switch (value.type()) {
    case Type::kNil:
      return Status::Ok();
    case Type::kBool:
      out = value.as_bool() ? "true" : "false";
      return Status::Ok();
    case Type::kInt64:
      out = std::to_string(value.as_integer());
      return Status::Ok();
    case Type::kFloat64:
      out.clear();
      AppendFloat(out, static_cast<float>(value.as_float()), -4, 6);
      return Status::Ok();
    case Type::kString:
      out = value.as_string();
      return Status::Ok();
    default:
      return Wrong(field, "string");
  }
}

Reader Text(std::string_view field, std::string& out) {
  return [field, &out](const Value& value) { return ReadText(value, field, out); };
}

Reader Flag(std::string_view field, bool& out) {
  return [field, &out](const Value& value) {
    if (value.type() != Type::kBool) return Wrong(field, "bool");
    out = value.as_bool();
    return Status::Ok();
  };
}

// A list whose items `read` reads; `null_item` says what a null in it is told.
template <class T, class Read>
Reader ListOf(std::string_view field, std::vector<T>& out, Read read, std::string null_item = "") {
  return [field, &out, read, null_item](const Value& value) {
    if (!value.is_list()) return Wrong(field, "list");
    out.clear();
    for (const Value& item : value.as_list()->items) {
      if (item.is_nil() && !null_item.empty()) return Status::BadRequest("validation: " + null_item);
      out.emplace_back();
      CROFT_RETURN_IF_ERROR(read(item, out.back()));
    }
    return Status::Ok();
  };
}

Reader Texts(std::string_view field, std::vector<std::string>& out) {
  return ListOf(field, out, [field](const Value& item, std::string& text) { return ReadText(item, field, text); });
}

// Within lists and maps of any kind numbers are doubles.
Value AsDoubles(const Value& value) {
  if (value.type() == Type::kInt64) return Value::Float64(static_cast<double>(value.as_integer()));
  if (value.is_list()) {
    std::vector<Value> items;
    for (const Value& item : value.as_list()->items) items.push_back(AsDoubles(item));
    return NewList(std::move(items));
  }
  if (value.is_map()) {
    std::map<std::string, Value, std::less<>> members;
    for (const auto& [key, member] : value.as_map()->members) members[key] = AsDoubles(member);
    return NewMap(std::move(members));
  }
  return value;
}

Status ReadDependency(const Value& value, Dependency& out) {
  return ReadFields(value, "Dependency",
                    {{"name", Text("Dependency.name", out.name)},
                     {"version", Text("Dependency.version", out.version)},
                     {"repository", Text("Dependency.repository", out.repository)},
                     {"condition", Text("Dependency.condition", out.condition)},
                     {"tags", Texts("Dependency.tags", out.tags)},
                     {"enabled", Flag("Dependency.enabled", out.enabled)},
                     {"import-values", ListOf("Dependency.import-values", out.import_values,
                                              [](const Value& item, Value& taken) {
                                                taken = AsDoubles(item);
                                                return Status::Ok();
                                              })},
                     {"alias", Text("Dependency.alias", out.alias)}});
}

Status ReadMaintainer(const Value& value, Maintainer& out) {
  return ReadFields(value, "Maintainer",
                    {{"name", Text("Maintainer.name", out.name)},
                     {"email", Text("Maintainer.email", out.email)},
                     {"url", Text("Maintainer.url", out.url)}});
}

Reader Annotations(std::map<std::string, std::string>& out) {
  return [&out](const Value& value) {
    if (!value.is_map()) return Wrong("Metadata.annotations", "map[string]string");
    for (const auto& [key, member] : value.as_map()->members) {
      CROFT_RETURN_IF_ERROR(ReadText(member, "Metadata.annotations", out[key]));
    }
    return Status::Ok();
  };
}

void Sanitize(std::string& text) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const char32_t rune = TakeRune(rest);
    const bool space = (rune >= 9 && rune <= 13) || rune == ' ' || rune == 0x85 || rune == 0xA0 || rune == 0x1680 ||
                       (rune >= 0x2000 && rune <= 0x200A) || rune == 0x2028 || rune == 0x2029 || rune == 0x202F ||
                       rune == 0x205F || rune == 0x3000;
    if (space) {
      out += ' ';
    } else if (IsPrint(rune)) {
      AppendRune(out, rune);
    }
  }
  text = std::move(out);
}

Status Invalid(const std::string& why) {
  return Status::Invalid("validation: " + why);
}

Status ValidateDependency(Dependency& dependency) {
  for (std::string* text : {&dependency.name, &dependency.version, &dependency.repository, &dependency.condition}) {
    Sanitize(*text);
  }
  for (std::string& tag : dependency.tags) Sanitize(tag);
  const bool fine = std::all_of(dependency.alias.begin(), dependency.alias.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!fine) return Invalid("dependency " + GoQuote(dependency.name) + " has disallowed characters in the alias");
  return Status::Ok();
}

}  // namespace

Status ReadMetadata(std::string_view yaml, Metadata& out) {
  const Result<Value> value = ReadYaml(yaml, Numbers::kExact);
  if (!value.ok()) return value.status();
  return ReadFields(*value, "Metadata",
                    {{"name", Text("Metadata.name", out.name)},
                     {"home", Text("Metadata.home", out.home)},
                     {"sources", Texts("Metadata.sources", out.sources)},
                     {"version", Text("Metadata.version", out.version)},
                     {"description", Text("Metadata.description", out.description)},
                     {"keywords", Texts("Metadata.keywords", out.keywords)},
                     {"maintainers", ListOf("Metadata.maintainers", out.maintainers, ReadMaintainer,
                                            "maintainers must not contain empty or null nodes")},
                     {"icon", Text("Metadata.icon", out.icon)},
                     {"apiVersion", Text("Metadata.apiVersion", out.api_version)},
                     {"condition", Text("Metadata.condition", out.condition)},
                     {"tags", Text("Metadata.tags", out.tags)},
                     {"appVersion", Text("Metadata.appVersion", out.app_version)},
                     {"deprecated", Flag("Metadata.deprecated", out.deprecated)},
                     {"annotations", Annotations(out.annotations)},
                     {"kubeVersion", Text("Metadata.kubeVersion", out.kube_version)},
                     {"dependencies", ListOf("Metadata.dependencies", out.dependencies, ReadDependency,
                                             "dependencies must not contain empty or null nodes")},
                     {"type", Text("Metadata.type", out.type)}});
}

Result<Lock> ReadLock(std::string_view yaml) {
  const Result<Value> value = ReadYaml(yaml, Numbers::kExact);
  if (!value.ok()) return value.status();
  Lock out;
  CROFT_RETURN_IF_ERROR(ReadFields(*value, "Lock",
                                   {{"generated", Text("Lock.generated", out.generated)},
                                    {"digest", Text("Lock.digest", out.digest)},
                                    {"dependencies", ListOf("Lock.dependencies", out.dependencies, ReadDependency,
                                                            "dependencies must not contain empty or null nodes")}}));
  return out;
}

Status ValidateMetadata(Metadata& metadata) {
  for (std::string* text : {&metadata.name, &metadata.description, &metadata.home, &metadata.icon, &metadata.condition,
                            &metadata.tags, &metadata.app_version, &metadata.kube_version}) {
    Sanitize(*text);
  }
  for (std::string& source : metadata.sources) Sanitize(source);
  for (std::string& keyword : metadata.keywords) Sanitize(keyword);
  const std::string& name = metadata.name;
  if (metadata.api_version.empty()) return Invalid("chart.metadata.apiVersion is required");
  if (name.empty()) return Invalid("chart.metadata.name is required");
  if (name == "." || name == "..") return Invalid("chart.metadata.name " + GoQuote(name) + " is not allowed");
  if (name.find('/') != std::string::npos) return Invalid("chart.metadata.name " + GoQuote(name) + " is invalid");
  if (metadata.version.empty()) return Invalid("chart.metadata.version is required");
  if (!Version::Parse(metadata.version).ok()) {
    return Invalid("chart.metadata.version " + GoQuote(metadata.version) + " is invalid");
  }
  if (!metadata.type.empty() && metadata.type != "application" && metadata.type != "library") {
    return Invalid("chart.metadata.type must be application or library");
  }
  for (Maintainer& maintainer : metadata.maintainers) {
    for (std::string* text : {&maintainer.name, &maintainer.email, &maintainer.url}) Sanitize(*text);
  }
  std::set<std::string> names;
  for (Dependency& dependency : metadata.dependencies) {
    CROFT_RETURN_IF_ERROR(ValidateDependency(dependency));
    const std::string& known = dependency.alias.empty() ? dependency.name : dependency.alias;
    if (!names.insert(known).second) {
      return Invalid("more than one dependency with name or alias " + GoQuote(known));
    }
  }
  return Status::Ok();
}

}  // namespace croft::chart
