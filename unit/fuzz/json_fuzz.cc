#include "api/object/json.h"
#include "api/object/utf8.h"
#include "api/server/wire/body.h"
#include "unit/fuzz/target.h"

namespace croft::fuzz {
namespace {

int DepthOf(const Json& value) {
  int deepest = 0;
  if (value.IsObject()) {
    for (const auto& member : value.GetObject()) deepest = std::max(deepest, DepthOf(member.value));
  } else if (value.IsArray()) {
    for (const Json& item : value.GetArray()) deepest = std::max(deepest, DepthOf(item));
  } else {
    return 0;
  }
  return deepest + 1;
}

}  // namespace
}  // namespace croft::fuzz

// What is parsed and written is the same when it is parsed again; of what a client sent no key stands twice, and all
// of it is text.
FUZZ_TARGET(json) {
  using namespace croft;
  Result<JsonDocument> once = ParseJson(data);
  Result<JsonDocument> body = server::DecodeJson(data);
  fuzz::Require(once.ok() == body.ok() || !IsUtf8(data), "a body is read as JSON is");
  if (!body.ok()) return;
  fuzz::Require(fuzz::DepthOf(*body) <= kMaxJsonDepth, "nothing is nested deeper than the limit");
  fuzz::Require(IsUtf8(WriteJson(*body)), "a body is text");
  if (once.ok()) {
    Result<JsonDocument> same = ParseJson(WriteJson(*once));
    fuzz::Require(same.ok() && WriteJson(*same) == WriteJson(*once), "what was written is what was read");
  }
  for (const std::string& text : {WriteJson(*body), WritePrettyJson(*body)}) {
    server::StrictFindings findings;
    Result<JsonDocument> again = server::DecodeJson(text, &findings);
    fuzz::Require(again.ok(), "what was written can be read: " + again.status().message());
    fuzz::Require(findings.twice.empty(), "of keys that stood twice one is left: " + text);
    fuzz::Require(Equal(*again, *body) && WriteJson(*again) == WriteJson(*body), "it is what was read: " + text);
  }
}
