#include "tools/chart/chart/chart.h"

namespace croft::chart {
namespace {

Value Texts(const std::vector<std::string>& texts) {
  if (texts.empty()) return NilList(kStringList);
  std::vector<Value> items;
  for (const std::string& text : texts) items.push_back(Value::String(text));
  return NewList(std::move(items), kStringList);
}

// A struct of Go's: fields for templates, and how it is written as JSON, where empty fields are left out.
class Struct final : public Object {
 public:
  explicit Struct(std::string_view go_type) : go_type_(go_type) {}

  void Add(const std::string& field, const std::string& json, Value value, bool keep = false) {
    if (keep || Truth(value)) json_->members[json] = value;
    fields_[field] = std::move(value);
  }

  std::string_view go_type() const override { return go_type_; }
  const Value* Field(std::string_view name) const override {
    const auto at = fields_.find(name);
    return at == fields_.end() ? nullptr : &at->second;
  }
  Value AsValue() const override { return Value::Of(json_); }

 private:
  const std::string_view go_type_;
  std::map<std::string, Value, std::less<>> fields_;
  MapPtr json_ = std::make_shared<Map>();
};

Value Of(const Maintainer& maintainer) {
  auto object = std::make_shared<Struct>("*chart.Maintainer");
  object->Add("Name", "name", Value::String(maintainer.name));
  object->Add("Email", "email", Value::String(maintainer.email));
  object->Add("URL", "url", Value::String(maintainer.url));
  return Value::Of(ObjectPtr(std::move(object)));
}

Value Of(const Dependency& dependency) {
  auto object = std::make_shared<Struct>("*chart.Dependency");
  object->Add("Name", "name", Value::String(dependency.name), true);
  object->Add("Version", "version", Value::String(dependency.version));
  object->Add("Repository", "repository", Value::String(dependency.repository), true);
  object->Add("Condition", "condition", Value::String(dependency.condition));
  object->Add("Tags", "tags", Texts(dependency.tags));
  object->Add("Enabled", "enabled", Value::Bool(dependency.enabled));
  object->Add("ImportValues", "import-values", NewList(dependency.import_values));
  object->Add("Alias", "alias", Value::String(dependency.alias));
  return Value::Of(ObjectPtr(std::move(object)));
}

template <class T>
Value ListOf(const std::vector<T>& items, std::string_view go_type) {
  if (items.empty()) return NilList(go_type);
  std::vector<Value> values;
  for (const T& item : items) values.push_back(Of(item));
  return NewList(std::move(values), go_type);
}

}  // namespace

Value ChartObject(const Chart& chart) {
  const Metadata& metadata = chart.metadata;
  auto object = std::make_shared<Struct>("chart.Metadata");
  object->Add("Name", "name", Value::String(metadata.name));
  object->Add("Home", "home", Value::String(metadata.home));
  object->Add("Sources", "sources", Texts(metadata.sources));
  object->Add("Version", "version", Value::String(metadata.version));
  object->Add("Description", "description", Value::String(metadata.description));
  object->Add("Keywords", "keywords", Texts(metadata.keywords));
  object->Add("Maintainers", "maintainers", ListOf(metadata.maintainers, "[]*chart.Maintainer"));
  object->Add("Icon", "icon", Value::String(metadata.icon));
  object->Add("APIVersion", "apiVersion", Value::String(metadata.api_version));
  object->Add("Condition", "condition", Value::String(metadata.condition));
  object->Add("Tags", "tags", Value::String(metadata.tags));
  object->Add("AppVersion", "appVersion", Value::String(metadata.app_version));
  object->Add("Deprecated", "deprecated", Value::Bool(metadata.deprecated));
  std::map<std::string, Value, std::less<>> annotations;
  for (const auto& [key, value] : metadata.annotations) annotations[key] = Value::String(value);
  const bool none = annotations.empty();
  object->Add("Annotations", "annotations", none ? NilMap(kStringMap) : NewMap(std::move(annotations), kStringMap));
  object->Add("KubeVersion", "kubeVersion", Value::String(metadata.kube_version));
  object->Add("Dependencies", "dependencies", ListOf(metadata.dependencies, "[]*chart.Dependency"));
  object->Add("Type", "type", Value::String(metadata.type));
  object->Add("IsRoot", "IsRoot", Value::Bool(chart.IsRoot()), true);
  return Value::Of(ObjectPtr(std::move(object)));
}

}  // namespace croft::chart
