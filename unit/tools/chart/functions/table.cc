#include "unit/tools/chart/functions/table.h"

#include <gtest/gtest.h>

#include "tools/chart/value/go_format.h"

namespace croft::chart::test {

const Functions& TestFunctions() {
  static const StillClock kClock;
  static SeededRandom random(1);
  static const Functions kFunctions = [] {
    Functions functions;
    AddFunctions(functions, {kClock, random});
    return functions;
  }();
  return kFunctions;
}

Result<Value> CallFor(const std::string& function, const std::vector<Value>& arguments) {
  const auto at = TestFunctions().find(function);
  if (at == TestFunctions().end()) return Status::NotFound("no function " + function);
  return at->second.call(arguments);
}

std::string Call(const std::string& function, const std::vector<Value>& arguments) {
  const Result<Value> result = CallFor(function, arguments);
  if (!result.ok()) return "error: " + result.status().message();
  return GoSprintf("%#v", std::vector<Value>{*result});
}

void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    std::string actual = Call(c.function, c.arguments);
    if (std::string_view(c.expected) == "error" && actual.starts_with("error: ")) actual = "error";
    EXPECT_EQ(actual, c.expected) << c.function << " " << GoSprint(c.arguments) << ": " << c.name;
  }
}

}  // namespace croft::chart::test
