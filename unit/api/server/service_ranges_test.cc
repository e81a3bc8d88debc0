#include "api/server/service_addresses.h"
#include "unit/api/server/api_fixture.h"

// IPAddress and ServiceCIDR: what is refused, and what may change.
namespace croft::server {
namespace {

const std::string kAddresses = "/apis/networking.k8s.io/v1/ipaddresses";
const std::string kRanges = "/apis/networking.k8s.io/v1/servicecidrs";
constexpr const char* kParent = R"("parentRef":{"resource":"services","namespace":"d","name":"web"})";

class ServiceRangesTest : public ApiTest {
 protected:
  static std::string Body(const std::string& name, const std::string& spec) {
    return R"({"metadata":{"name":")" + name + R"("},"spec":{)" + spec + "}}";
  }
  static std::string Ranges(const std::string& list) { return R"("cidrs":[)" + list + "]"; }
};

TEST_F(ServiceRangesTest, WhatIsTakenAndWhatIsRefused) {
  const struct {
    const char* name;
    std::string collection;
    std::string object;
    std::string spec;
    const char* causes;  // empty: it is taken
  } cases[] = {
      {"an address", kAddresses, "10.96.0.7", kParent, ""},
      {"an address of the other family", kAddresses, "fd00::7", kParent, ""},
      {"a name that is no address", kAddresses, "web", kParent, "metadata.name:FieldValueInvalid"},
      {"an address in too many words", kAddresses, "fd00:0::7", kParent, "metadata.name:FieldValueInvalid"},
      {"nobody's", kAddresses, "10.96.0.8", "", "spec.parentRef:FieldValueRequired"},
      {"a parent without name", kAddresses, "10.96.0.8", R"("parentRef":{"resource":"services"})",
       "spec.parentRef.name:FieldValueRequired"},
      {"a parent of a group that can be none", kAddresses, "10.96.0.8",
       R"("parentRef":{"group":"A_b","resource":"x","name":"y"})", "spec.parentRef.group:FieldValueInvalid"},
      {"a parent whose name is a path", kAddresses, "10.96.0.8", R"("parentRef":{"resource":"x","name":"a/b"})",
       "spec.parentRef.name:FieldValueInvalid"},
      {"a range", kRanges, "a", Ranges(R"("10.0.0.0/8")"), ""},
      {"a range of each family", kRanges, "b", Ranges(R"("fd00::/64","10.0.0.0/8")"), ""},
      {"no range", kRanges, "c", "", "spec.cidrs:FieldValueRequired"},
      {"an address for a range", kRanges, "c", Ranges(R"("10.0.0.0")"), "spec.cidrs[0]:FieldValueInvalid"},
      {"a prefix that is too long", kRanges, "c", Ranges(R"("10.0.0.0/33")"), "spec.cidrs[0]:FieldValueInvalid"},
      {"bits beyond the prefix", kRanges, "c", Ranges(R"("10.0.0.1/8")"), "spec.cidrs[0]:FieldValueInvalid"},
      {"a prefix in too many words", kRanges, "c", Ranges(R"("10.0.0.0/08")"), "spec.cidrs[0]:FieldValueInvalid"},
      {"two of a family", kRanges, "c", Ranges(R"("10.0.0.0/8","11.0.0.0/8")"), "spec.cidrs:FieldValueInvalid"},
      {"three", kRanges, "c", Ranges(R"("10.0.0.0/8","fd00::/64","11.0.0.0/8")"), "spec.cidrs:FieldValueInvalid"},
  };
  for (const auto& c : cases) {
    const Answer answer = Post(c.collection, Body(c.object, c.spec));
    EXPECT_EQ(answer.code, *c.causes == 0 ? 201 : 422) << c.name << answer.text;
    EXPECT_EQ(Causes(answer), c.causes) << c.name << answer.text;
  }
}

TEST_F(ServiceRangesTest, WhatMayChange) {
  const struct {
    const char* name;
    std::string collection;
    std::string object;
    std::string before;
    std::string after;
    const char* causes;
  } cases[] = {
      {"whose an address is", kAddresses, "10.96.0.7", kParent, R"("parentRef":{"name":"other"})",
       "spec.parentRef:FieldValueInvalid"},
      {"a range", kRanges, "a", Ranges(R"("10.0.0.0/8")"), Ranges(R"("11.0.0.0/8")"),
       "spec.cidrs[0]:FieldValueInvalid"},
      {"a second range", kRanges, "b", Ranges(R"("10.0.0.0/8")"), Ranges(R"("10.0.0.0/8","fd00::/64")"), ""},
      {"one range fewer", kRanges, "c", Ranges(R"("10.0.0.0/8","fd00::/64")"), Ranges(R"("10.0.0.0/8")"),
       "spec.cidrs:FieldValueInvalid"},
  };
  for (const auto& c : cases) {
    ASSERT_EQ(Post(c.collection, Body(c.object, c.before)).code, 201) << c.name;
    const Answer answer = Patch(c.collection + "/" + c.object, "merge-patch+json", R"({"spec":{)" + c.after + "}}");
    EXPECT_EQ(answer.code, *c.causes == 0 ? 200 : 422) << c.name << answer.text;
    EXPECT_EQ(Causes(answer), c.causes) << c.name << answer.text;
  }
}

TEST_F(ServiceRangesTest, TheTableSaysWhoseAnAddressIs) {
  ASSERT_EQ(Post(kAddresses, Body("10.96.0.7", kParent)).code, 201);
  ASSERT_EQ(Post(kAddresses, Body("10.96.0.8", R"("parentRef":{"group":"x.y","resource":"things","name":"t"})")).code,
            201);
  const Answer table = Call("GET", kAddresses, "", {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  EXPECT_NE(table.text.find(R"(["10.96.0.7","services/d/web","0s"])"), std::string::npos) << table.text;
  EXPECT_NE(table.text.find(R"(["10.96.0.8","things.x.y/t","0s"])"), std::string::npos) << table.text;
}

TEST(ServiceRange, IsReadAsItIsWritten) {
  struct Case {
    const char* name;
    const char* text;
    const char* why;  // empty: it is one
  };
  const Case cases[] = {
      {"the usual one", "10.96.0.0/16", ""},
      {"another lab's", "10.43.0.0/20", ""},
      {"the largest", "172.16.0.0/12", ""},
      {"too large", "10.0.0.0/8", "must be an IPv4 network of 12 to 29 bits"},
      {"too small", "10.0.0.0/30", "must be an IPv4 network of 12 to 29 bits"},
      {"no network", "10.96.0.0", "must be an IPv4 network"},
      {"no number", "10.96.0.0/x", "must be an IPv4 network"},
      {"a tail", "10.96.0.0/16 ", "must be an IPv4 network"},
      {"nothing", "", "must be an IPv4 network"},
      {"an address within", "10.96.3.0/16", "so say 10.96.0.0/16"},
  };
  for (const Case& c : cases) {
    const auto range = ServiceAddresses::Range::FromText(c.text);
    if (*c.why == 0) {
      ASSERT_TRUE(range.ok()) << c.name << ": " << range.status().message();
      EXPECT_EQ(range->Text(), c.text);
    } else {
      EXPECT_NE(range.status().message().find(c.why), std::string::npos) << c.name << ": " << range.status().message();
    }
  }
}

}  // namespace
}  // namespace croft::server
