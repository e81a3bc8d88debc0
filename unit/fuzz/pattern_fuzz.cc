#include "api/schema/pattern.h"
#include "unit/fuzz/target.h"

// A posted schema's pattern, "---", a text.
FUZZ_TARGET(pattern) {
  using namespace croft;
  const auto [pattern, text] = fuzz::SplitInTwo(data);
  Result<schema::Pattern> compiled = schema::Pattern::Compile(pattern);
  if (compiled.ok()) (void)compiled->Matches(text);
}
