#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/pattern.h"

namespace croft::chart {
namespace {

using PatternPtr = std::shared_ptr<const Pattern>;

Result<Value> FindAll(std::string_view expression, std::string_view text, int64_t limit) {
  const Result<PatternPtr> pattern = Pattern::Compile(expression);
  if (!pattern.ok()) return pattern.status();
  std::vector<std::string_view> found;
  for (const Span& span : (*pattern)->FindAll(text, limit)) {
    found.push_back(text.substr(span.begin, span.end - span.begin));
  }
  // What Go gives for no match at all is nil, not an empty list.
  return found.empty() ? NilStringList() : StringList({found.begin(), found.end()});
}

Result<std::string> Find(std::string_view expression, std::string_view text) {
  const Result<PatternPtr> pattern = Pattern::Compile(expression);
  if (!pattern.ok()) return pattern.status();
  const std::optional<Span> span = (*pattern)->Find(text);
  return span ? std::string(text.substr(span->begin, span->end - span->begin)) : std::string();
}

Result<std::string> Replace(std::string_view expression, std::string_view text, std::string_view with, bool literal) {
  const Result<PatternPtr> pattern = Pattern::Compile(expression);
  if (!pattern.ok()) return pattern.status();
  return (*pattern)->Replace(text, with, literal);
}

Result<Value> Split(std::string_view expression, std::string_view text, int64_t limit) {
  const Result<PatternPtr> pattern = Pattern::Compile(expression);
  if (!pattern.ok()) return pattern.status();
  const std::vector<std::string_view> parts = (*pattern)->Split(text, limit);
  return limit == 0 ? NilStringList() : StringList({parts.begin(), parts.end()});
}

void AddBoth(Functions& functions, const std::string& name, const Function& function) {
  functions["regex" + name] = function;
  functions["mustRegex" + name] = function;
}

}  // namespace

void AddRegex(Functions& functions) {
  functions["regexMatch"] = Bind([](std::string_view expression, std::string_view text) {
    const Result<PatternPtr> pattern = Pattern::Compile(expression);
    return pattern.ok() && (*pattern)->Matches(text);
  });
  functions["mustRegexMatch"] = Bind([](std::string_view expression, std::string_view text) -> Result<Value> {
    const Result<PatternPtr> pattern = Pattern::Compile(expression);
    if (!pattern.ok()) return pattern.status();
    return Value::Bool((*pattern)->Matches(text));
  });
  AddBoth(functions, "FindAll", Bind([](std::string_view expression, std::string_view text, GoInt limit) {
            return FindAll(expression, text, limit);
          }));
  AddBoth(functions, "Find", Bind(Find));
  AddBoth(functions, "ReplaceAll", Bind([](std::string_view expression, std::string_view text, std::string_view with) {
            return Replace(expression, text, with, false);
          }));
  AddBoth(functions, "ReplaceAllLiteral",
          Bind([](std::string_view expression, std::string_view text, std::string_view with) {
            return Replace(expression, text, with, true);
          }));
  AddBoth(functions, "Split", Bind([](std::string_view expression, std::string_view text, GoInt limit) {
            return Split(expression, text, limit);
          }));
  functions["regexQuoteMeta"] = Bind([](std::string_view text) { return QuoteMeta(text); });
}

}  // namespace croft::chart
