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
  std::vector<std::string> twice;
  const Result<JsonDocument> body = server::DecodeJson(text, &twice);
  fuzz::Require(body.ok() && Equal(*body, *decoded), "what was decoded is a JSON body: " + text);
  fuzz::Require(twice.empty(), "no key stands twice: " + text);
}
