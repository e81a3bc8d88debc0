#include "api/object/selector.h"
#include "unit/fuzz/documents.h"

namespace croft::fuzz {
namespace {

// A selector means the same when it is written and parsed again.
void RequireReadBack(const LabelSelector& once) {
  const std::string text = once.ToString();
  Result<LabelSelector> again = LabelSelector::Parse(text);
  Require(again.ok(), "what was written can be read: " + text);
  Require(again->ToString() == text, "written twice it is the same: " + text);
  for (const Labels& labels : {Labels(), Labels({{"app", "web"}, {"tier", "front"}, {"shard", "4"}})}) {
    Require(once.Matches(labels) == again->Matches(labels), "both select the same: " + text);
  }
}

std::string Escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == ',' || c == '=' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

void RequireReadBack(const FieldSelector& once) {
  std::string text;
  for (const FieldSelector::Requirement& one : once.requirements()) {
    text += (text.empty() ? "" : ",") + one.field + (one.equals ? "=" : "!=") + Escaped(one.value);
  }
  Result<FieldSelector> again = FieldSelector::Parse(text);
  Require(again.ok() && again->requirements().size() == once.requirements().size(), "it can be read again: " + text);
  for (size_t i = 0; i < once.requirements().size(); ++i) {
    const FieldSelector::Requirement &a = once.requirements()[i], &b = again->requirements()[i];
    Require(a.field == b.field && a.equals == b.equals && a.value == b.value, "and says the same: " + text);
  }
}

}  // namespace
}  // namespace croft::fuzz

// A selector of labels or fields as a query has it, or one of labels as an object has it.
FUZZ_TARGET(selector) {
  using namespace croft;
  if (const Result<FieldSelector> fields = FieldSelector::Parse(data); fields.ok()) fuzz::RequireReadBack(*fields);
  if (const Result<LabelSelector> labels = LabelSelector::Parse(data); labels.ok()) fuzz::RequireReadBack(*labels);
  for (const JsonDocument& document : fuzz::Documents(data)) {
    const Result<LabelSelector> labels = LabelSelector::FromJson(document);
    if (labels.ok()) fuzz::RequireReadBack(*labels);
  }
}
