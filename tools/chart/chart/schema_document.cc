#include "tools/chart/chart/schema_document.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "tools/chart/value/json.h"

namespace croft::chart {
namespace {

constexpr char kRootUri[] = "file:///values.schema.json";

const std::string* TextIn(const Map& map, std::string_view key, std::string& held) {
  const Value* value = map.Find(key);
  if (value == nullptr || !value->is_string()) return nullptr;
  held = value->as_string();
  return &held;
}

std::optional<int> DraftOf(std::string_view uri) {
  if (uri.find("draft-04") != std::string_view::npos) return 4;
  if (uri.find("draft-06") != std::string_view::npos) return 6;
  if (uri.find("draft-07") != std::string_view::npos) return 7;
  if (uri.find("2019-09") != std::string_view::npos) return 2019;
  if (uri.find("2020-12") != std::string_view::npos) return 2020;
  return std::nullopt;
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    int byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// A token of a JSON pointer.
std::string Token(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && i + 1 < text.size()) {
      out += text[++i] == '0' ? '~' : '/';
    } else {
      out += text[i];
    }
  }
  return out;
}

const Value* AtPointer(const Value* value, std::string_view pointer) {
  while (!pointer.empty() && value != nullptr) {
    pointer.remove_prefix(1);
    const size_t end = std::min(pointer.find('/'), pointer.size());
    const std::string token = Token(pointer.substr(0, end));
    pointer.remove_prefix(end);
    if (value->is_map()) {
      value = value->as_map()->Find(token);
    } else if (value->is_list()) {
      size_t index = 0;
      const auto read = std::from_chars(token.data(), token.data() + token.size(), index);
      const bool fine = read.ec == std::errc() && read.ptr == token.data() + token.size();
      const auto& items = value->as_list()->items;
      value = fine && index < items.size() ? &items[index] : nullptr;
    } else {
      value = nullptr;
    }
  }
  return value;
}

std::string WithoutDots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(end);
    if (part == "/..") {
      out.erase(out.empty() ? 0 : out.rfind('/'));
      if (path.empty()) out += '/';
    } else if (part == "/.") {
      if (path.empty()) out += '/';
    } else {
      out += part;
    }
  }
  return out;
}

}  // namespace

std::string ResolveUri(std::string_view base, std::string_view reference) {
  const size_t colon = reference.find_first_of(":/?#");
  if (colon != std::string_view::npos && reference[colon] == ':') return std::string(reference);
  base = base.substr(0, base.find('#'));
  if (reference.empty()) return std::string(base);
  if (reference[0] == '#') return std::string(base) + std::string(reference);
  const size_t scheme = base.find("://");
  if (scheme == std::string_view::npos) return std::string(reference);
  const size_t path = std::min(base.find('/', scheme + 3), base.size());
  const std::string_view fragment = reference.substr(std::min(reference.find('#'), reference.size()));
  reference.remove_suffix(fragment.size());
  std::string whole;
  if (reference.starts_with("//")) return std::string(base.substr(0, scheme + 1)) + std::string(reference);
  if (reference[0] == '/') {
    whole = reference;
  } else {
    const std::string_view folder = base.substr(path, base.rfind('/') + 1 - path);
    whole = (folder.empty() ? "/" : std::string(folder)) + std::string(reference);
  }
  return std::string(base.substr(0, path)) + WithoutDots(whole) + std::string(fragment);
}

Result<std::unique_ptr<SchemaDocument>> SchemaDocument::Parse(std::string_view json) {
  Result<Value> root = ReadJson(json, Numbers::kExact);
  if (!root.ok()) return root.status();
  auto document = std::make_unique<SchemaDocument>();
  document->root_ = std::move(*root);
  auto resource = std::make_unique<SchemaResource>();
  resource->uri = kRootUri;
  resource->root = &document->root_;
  SchemaResource* top = resource.get();
  document->resources_[kRootUri] = std::move(resource);
  if (document->root_.is_map()) {
    std::string schema;
    if (TextIn(*document->root_.as_map(), "$schema", schema) != nullptr) top->draft = DraftOf(schema).value_or(2020);
  }
  document->Index(document->root_, top);
  return document;
}

void SchemaDocument::Index(const Value& value, SchemaResource* resource) {
  if (value.is_list()) {
    for (const Value& item : value.as_list()->items) Index(item, resource);
    return;
  }
  if (!value.is_map()) return;
  const Map& map = *value.as_map();
  std::string id;
  const bool has_id = TextIn(map, resource->draft == 4 ? "id" : "$id", id) != nullptr;
  const bool ref_hides = resource->draft < 2019 && map.Find("$ref") != nullptr;
  if (has_id && !ref_hides && !id.starts_with('#')) {
    std::string uri = ResolveUri(resource->uri, id);
    uri = uri.substr(0, uri.find('#'));
    auto own = std::make_unique<SchemaResource>();
    own->uri = uri;
    own->draft = resource->draft;
    std::string schema;
    if (TextIn(map, "$schema", schema) != nullptr) own->draft = DraftOf(schema).value_or(resource->draft);
    own->root = &value;
    SchemaResource* inner = own.get();
    // A second one of the same address stays out of reach.
    if (resources_.emplace(uri, std::move(own)).second) resource = inner;
  } else if (has_id && !ref_hides) {
    resource->anchors.emplace(id.substr(1), &value);
  }
  IndexAnchors(map, value, *resource);
  owners_[&map] = resource;
  for (const auto& [key, member] : map.members) {
    if (key == "enum" || key == "const" || key == "default" || key == "examples") continue;
    Index(member, resource);
  }
}

void SchemaDocument::IndexAnchors(const Map& map, const Value& value, SchemaResource& resource) {
  if (resource.draft < 2019) return;
  std::string name;
  if (TextIn(map, "$anchor", name) != nullptr) resource.anchors.emplace(name, &value);
  if (TextIn(map, "$dynamicAnchor", name) != nullptr) {
    resource.anchors.emplace(name, &value);
    resource.dynamic_anchors.emplace(name, &value);
  }
  const Value* recursive = map.Find("$recursiveAnchor");
  if (recursive != nullptr && recursive->type() == Type::kBool && recursive->as_bool() && &value == resource.root) {
    resource.recursive_anchor = true;
  }
}

const SchemaResource& SchemaDocument::ResourceOf(const Value& schema) const {
  const auto owner = schema.is_map() ? owners_.find(schema.as_map().get()) : owners_.end();
  return owner == owners_.end() ? *resources_.find(kRootUri)->second : *owner->second;
}

const Value* SchemaDocument::Resolve(const Value& schema, std::string_view reference, std::string& resolved) const {
  resolved = ResolveUri(ResourceOf(schema).uri, reference);
  const size_t hash = resolved.find('#');
  const auto found = resources_.find(std::string_view(resolved).substr(0, hash));
  if (found == resources_.end()) return nullptr;
  const SchemaResource& resource = *found->second;
  const std::string fragment = hash == std::string::npos ? "" : Unescape(std::string_view(resolved).substr(hash + 1));
  if (fragment.empty()) return resource.root;
  if (fragment[0] == '/') return AtPointer(resource.root, fragment);
  const auto anchor = resource.anchors.find(fragment);
  return anchor == resource.anchors.end() ? nullptr : anchor->second;
}

}  // namespace croft::chart
