#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/chart/chart/coalesce.h"
#include "tools/chart/chart/schema_document.h"
#include "tools/chart/functions/pattern.h"

namespace croft::chart {

// What does not fit, and where.
struct SchemaFailure {
  enum class Kind { kPlain, kReference, kGroup };
  Kind kind = Kind::kPlain;
  std::string path;  // a JSON pointer into the values
  std::string text;
  std::vector<SchemaFailure> causes;
};

// Checks one value after the other against a schema. Its recursion is limited by kMaxSteps, whatever the schema refers
// to.
class SchemaChecker {
 public:
  SchemaChecker(const SchemaDocument& document, Warnings warnings) : document_(document), warnings_(warnings) {}

  std::optional<SchemaFailure> Check(const Value& value);
  // Not ok when the schema itself can't be used.
  const Status& status() const { return status_; }

 private:
  static constexpr size_t kMaxSteps = 600;

  // The members and items of one value that some part of a schema has looked at.
  struct Evaluated {
    std::set<std::string, std::less<>> members;
    std::set<size_t> items;
    void Add(const Evaluated& other);
  };
  struct Step {
    const Value* schema;
    const Value* value;
    const SchemaResource* resource;
  };
  // One schema applied to one value.
  struct Here {
    const Map& schema;
    const Value& node;  // the schema
    const Value& value;
    int draft;
    Evaluated evaluated;
    std::vector<SchemaFailure> failures;
  };

  std::optional<SchemaFailure> Apply(const Value& schema, const Value& value, Evaluated* evaluated);
  std::optional<SchemaFailure> ApplyMap(const Value& schema, const Value& value, Evaluated* evaluated);
  bool CheckKind(Here& here);
  void CheckObject(Here& here);
  void CheckMembers(Here& here, const Map& object);
  void CheckNames(Here& here, const Map& object);
  void CheckDependencies(Here& here, const Map& object);
  void CheckList(Here& here);
  void CheckItems(Here& here, const std::vector<Value>& items);
  void CheckContains(Here& here, const std::vector<Value>& items);
  void CheckText(Here& here);
  void CheckNumber(Here& here);
  void CheckCombinations(Here& here);
  void CheckOneOf(Here& here, const std::vector<Value>& schemas);
  void CheckUnevaluated(Here& here);
  void FollowReference(Here& here, std::string_view keyword);
  void FollowDynamic(Here& here, std::string_view keyword);
  void ApplyReference(Here& here, const Value* target, const std::string& uri);

  // The value itself against another schema; what it evaluates counts.
  std::optional<SchemaFailure> Self(Here& here, const Value& schema);
  std::optional<SchemaFailure> Below(const Value& schema, const Value& value, const std::string& token);
  void Add(Here& here, std::optional<SchemaFailure> failure);
  void Fail(Here& here, std::string text, std::vector<SchemaFailure> causes = {});
  SchemaFailure Failure(std::string text) const;
  std::string Path() const;
  const Pattern* PatternOf(std::string_view expression);

  const SchemaDocument& document_;
  const Warnings warnings_;
  Status status_;
  std::vector<std::string> path_;
  std::vector<Step> steps_;
  std::map<std::string, std::shared_ptr<const Pattern>, std::less<>> patterns_;
  std::set<std::string> warned_;
};

// Helpers of the checker. Texts as Helm's library writes them.
std::string QuoteForSchema(std::string_view text);
std::string JoinQuoted(const std::vector<std::string>& texts);
std::string GroupedNumber(double value);  // 1,234.5
bool EqualInJson(const Value& a, const Value& b);
bool IsMultiple(double value, double of);
bool HasSchemaFormat(std::string_view format, std::string_view text);
std::string_view JsonTypeOf(const Value& value);

}  // namespace croft::chart
