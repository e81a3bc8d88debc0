#include "api/object/status_body.h"

#include <gtest/gtest.h>

namespace croft {
namespace {

TEST(StatusBody, IsWhatKubernetesSends) {
  Status limited(Reason::kTooManyRequests, "slow down");
  limited.WithDetails({{}, {}, {}, {}, {}, std::chrono::seconds(2)});
  Status gone;
  gone.WithDetails({"apps", "deployments", "web", "u-1", {}, {}});
  const struct {
    const char* name;
    Status status;
    const char* body;
  } cases[] = {
      {"a refusal without details", Status::BadRequest("no \"name\""),
       R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no \"name\"","reason":"BadRequest","code":400})"},
      {"what is not there has details, for clients that look into them", Status::NotFound("no such path"),
       R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no such path","reason":"NotFound","details":{},"code":404})"},
      {"so has a method that is not", Status(Reason::kMethodNotAllowed, "no"),
       R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no","reason":"MethodNotAllowed","details":{},"code":405})"},
      {"every cause is told",
       Status::InvalidObject("", "Pod", "p", {{"FieldValueRequired", "Required value", "spec.containers"}}),
       R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Pod \"p\" is invalid: spec.containers: Required value","reason":"Invalid",)"
       R"("details":{"name":"p","kind":"Pod","causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.containers"}]},"code":422})"},
      {"when to try again", limited,
       R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"slow down","reason":"TooManyRequests","details":{"retryAfterSeconds":2},"code":429})"},
      {"what Kubernetes has no reason for has none", Status::Unknown("no"),
       R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no","code":500})"},
      {"what is invalid has details, if empty ones", Status::Invalid("no"),
       R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no","reason":"Invalid","details":{},"code":422})"},
      {"a success has no reason", gone,
       R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"web","group":"apps","kind":"deployments","uid":"u-1"}})"},
  };
  for (const auto& c : cases) EXPECT_EQ(StatusBody(c.status), c.body) << c.name;
}

}  // namespace
}  // namespace croft
