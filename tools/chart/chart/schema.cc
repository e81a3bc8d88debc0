#include "tools/chart/chart/schema.h"

#include "tools/chart/chart/schema_check.h"

namespace croft::chart {
namespace {

// A tree of what failed, two spaces more for each level. References that have one cause stand for it.
void Write(const SchemaFailure& failure, int level, std::string& out) {
  const bool shown = failure.kind != SchemaFailure::Kind::kReference || failure.causes.size() != 1;
  if (shown) {
    if (!out.empty()) out += '\n';
    out.append(static_cast<size_t>(level) * 2, ' ');
    out += "- at " + QuoteForSchema(failure.path) + ": " + failure.text;
  }
  for (const SchemaFailure& cause : failure.causes) Write(cause, level + (shown ? 1 : 0), out);
}

// What is wrong with the values of the chart and of those in it, each after its name.
std::string Complaints(const Chart& chart, const MapPtr& values, Warnings warnings) {
  std::string out;
  if (chart.schema) {
    const Status status = ValidateSchema(*chart.schema, Value::Of(values), warnings);
    if (!status.ok()) out += chart.name() + ":\n" + status.message();
  }
  for (const auto& below : chart.dependencies) {
    const Value* own = values->Find(below->name());
    if (own == nullptr || own->is_nil()) continue;
    if (own->is_map()) {
      out += Complaints(*below, own->as_map(), warnings);
    } else {
      out +=
          below->name() + ":\ninvalid type for values: expected object (map), got " + std::string(own->GoType()) + "\n";
    }
  }
  return out;
}

}  // namespace

Status ValidateSchema(std::string_view schema, const Value& values, Warnings warnings) {
  const Result<std::unique_ptr<SchemaDocument>> document = SchemaDocument::Parse(schema);
  if (!document.ok()) return document.status();
  if (!(*document)->root().is_map() && (*document)->root().type() != Type::kBool) {
    return Status::Invalid("the schema must be an object, true or false");
  }
  SchemaChecker checker(**document, warnings);
  const std::optional<SchemaFailure> failure = checker.Check(values);
  if (!checker.status().ok()) return checker.status();
  if (!failure) return Status::Ok();
  std::string out;
  if (failure->kind == SchemaFailure::Kind::kGroup) {
    for (const SchemaFailure& cause : failure->causes) Write(cause, 0, out);
  } else {
    Write(*failure, 0, out);
  }
  return Status::Invalid(out + "\n");
}

Status ValidateValues(const Chart& chart, const MapPtr& values, Warnings warnings) {
  const std::string complaints = Complaints(chart, values, warnings);
  if (complaints.empty()) return Status::Ok();
  return Status::Invalid("values don't meet the specifications of the schema(s) in the following chart(s):\n" +
                         complaints);
}

}  // namespace croft::chart
