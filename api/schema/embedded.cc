#include "api/schema/embedded.h"

#include <stdexcept>

#include "api/schema/definition.h"
#include "api/schema/node.h"
#include "manifests/embedded.h"

namespace croft::schema {
namespace {

JsonDocument ParseEmbedded(const manifests::EmbeddedFile& file) {
  auto document = ParseJson(file.json_text);
  if (!document.ok()) throw std::logic_error(file.name + ": " + document.status().message());
  return *std::move(document);
}

}  // namespace

EmbeddedDefinitions::EmbeddedDefinitions() : pool_(std::make_shared<NodePool>()) {
  const auto files = manifests::ReadEmbedded("kinds/definitions");
  files_.reserve(files.size());
  for (const auto& file : files) {
    files_.push_back(ParseEmbedded(file));
    for (const auto& [name, schema] : files_.back().GetObject()) by_name_.emplace(AsView(name), &schema);
  }
}

const Json* EmbeddedDefinitions::Find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<std::string> EmbeddedDefinitions::Names() const {
  std::vector<std::string> names;
  for (const auto& [name, unused] : by_name_) names.push_back(name);
  return names;
}

Result<EmbeddedKinds> LoadEmbeddedKinds() {
  const EmbeddedDefinitions definitions;
  EmbeddedKinds kinds;
  for (auto& file : manifests::ReadEmbedded("kinds")) {
    auto definition = FromCrd(ParseEmbedded(file), &definitions);
    if (!definition.ok()) return definition.status().Annotate(file.name);
    kinds.definitions.push_back(*std::move(definition));
    kinds.crds.push_back(std::move(file.json_text));
  }
  definitions.Pool()->Seal();
  return kinds;
}

}  // namespace croft::schema
