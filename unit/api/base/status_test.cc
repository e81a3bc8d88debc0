#include "api/base/status.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

TEST(Status, WordsAMissingObjectAsKubernetesDoes) {
  const Status status = Status::ObjectNotFound("apps", "deployments", "web");
  EXPECT_EQ(status.message(), "deployments.apps \"web\" not found");
  EXPECT_EQ(status.code(), 404);
  EXPECT_EQ(status.details().name, "web");
}

TEST(Status, ListsAllCausesOfAnInvalidObject) {
  const Status status = Status::InvalidObject("", "Pod", "a",
                                              {{"FieldValueRequired", "Required value", "spec.containers"},
                                               {"FieldValueInvalid", "Invalid value: -1", "spec.priority"}});
  EXPECT_EQ(status.message(),
            "Pod \"a\" is invalid: [spec.containers: Required value, spec.priority: Invalid value: -1]");
  EXPECT_EQ(status.code(), 422);
  EXPECT_EQ(status.details().causes.size(), 2u);
}

TEST(Status, ReasonsSurviveTheWire) {
  for (int i = 1; i <= static_cast<int>(Reason::kTimeout); ++i) {
    const auto reason = static_cast<Reason>(i);
    if (reason == Reason::kUnknown) continue;  // says nothing but its code
    EXPECT_EQ(ReasonFrom(ReasonCode(reason), ReasonName(reason)), reason) << ReasonName(reason);
  }
  EXPECT_EQ(ReasonFrom(404, ""), Reason::kNotFound);
  EXPECT_EQ(ReasonFrom(ReasonCode(Reason::kUnknown), ReasonName(Reason::kUnknown)), Reason::kInternalError);
  EXPECT_EQ(ReasonFrom(418, "Teapot"), Reason::kBadRequest);
  EXPECT_EQ(ReasonFrom(502, ""), Reason::kInternalError);
}

}  // namespace
}  // namespace croft
