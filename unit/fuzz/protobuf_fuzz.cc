#include "api/server/wire/protobuf.h"
#include "unit/fuzz/target.h"

FUZZ_TARGET(protobuf) {
  using namespace croft;
  Result<JsonDocument> decoded = server::DecodeProtobuf(data);
  if (decoded.ok()) fuzz::Require(ParseJson(WriteJson(*decoded)).ok(), "what was decoded is JSON");
}
