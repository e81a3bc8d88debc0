#include "api/object/selector.h"
#include "unit/fuzz/target.h"

// A selector means the same when it is written and parsed again.
FUZZ_TARGET(selector) {
  using namespace croft;
  (void)FieldSelector::Parse(data);
  Result<LabelSelector> once = LabelSelector::Parse(data);
  if (!once.ok()) return;
  const std::string text = once->ToString();
  Result<LabelSelector> again = LabelSelector::Parse(text);
  fuzz::Require(again.ok(), "what was written can be read: " + text);
  fuzz::Require(again->ToString() == text, "written twice it is the same: " + text);
  const Labels labels({{"app", "web"}, {"tier", "front"}, {"shard", "4"}});
  fuzz::Require(once->Matches(labels) == again->Matches(labels), "both select the same: " + text);
}
