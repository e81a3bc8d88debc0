#include "api/object/utf8.h"
#include "api/server/wire/body.h"
#include "api/server/wire/protobuf.h"
#include "unit/fuzz/target.h"

FUZZ_TARGET(protobuf) {
  using namespace croft;
  Result<JsonDocument> decoded = server::DecodeProtobuf(data);
  if (!decoded.ok()) return;
  const std::string text = WriteJson(*decoded);
  fuzz::Require(IsUtf8(text), "what was decoded is text");
  server::StrictFindings findings;
  const Result<JsonDocument> body = server::DecodeJson(text, &findings);
  fuzz::Require(body.ok() && Equal(*body, *decoded), "what was decoded is a JSON body: " + text);
  fuzz::Require(findings.twice.empty(), "no key stands twice: " + text);
}
