#include "api/schema/schema.h"
#include "api/schema/structural.h"
#include "unit/fuzz/documents.h"

// The schema of a posted kind, "---", an object of it.
FUZZ_TARGET(schema) {
  using namespace croft;
  const std::vector<JsonDocument> parts = fuzz::Documents(data);
  if (parts.empty()) return;
  const bool structural = schema::CheckStructural(parts[0], "schema").empty();
  const Result<schema::SchemaPtr> compiled = schema::Compile(parts[0], nullptr, "schema");
  if (!compiled.ok() || parts.size() < 2 || !structural) return;
  const schema::Node& node = **compiled;

  JsonDocument object = fuzz::CopyOf(parts[1]);
  (void)schema::Validate(node, object);
  (void)schema::Prune(node, object);
  JsonDocument pruned = fuzz::CopyOf(object);
  fuzz::Require(schema::Prune(node, pruned).empty(), "what was pruned needs no pruning");
  schema::ApplyDefaults(node, object, object.GetAllocator());
  JsonDocument twice = fuzz::CopyOf(object);
  schema::ApplyDefaults(node, twice, twice.GetAllocator());
  fuzz::Require(Equal(object, twice), "defaults that are there are not added: " + WriteJson(object));
  fuzz::Require(ParseJson(WriteJson(object)).ok(), "the result is JSON");
  (void)schema::Validate(node, object);
}
