#include "unit/api/server/api_fixture.h"

// Options of requests that are none: refused with the kind of options that the verb has, and every cause at once.
namespace croft::server {
namespace {

constexpr const char* kMaps = "/api/v1/namespaces/d/configmaps";

class OptionsTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    ASSERT_EQ(Post(kMaps, R"({"metadata":{"name":"a"}})").code, 201);
  }
};

TEST_F(OptionsTest, ThatAreUnknownAreRefusedUnderTheirKind) {
  struct Case {
    const char* name;
    const char* method;
    const char* path;
    const char* type;
    const char* options;  // their kind
    const char* says;     // about them
  };
  const char* yes = R"(dryRun: Unsupported value: ["Yes"]: supported values: "All")";
  const char* maybe =
      R"(fieldValidation: Unsupported value: "Maybe": supported values: "", "Ignore", "Strict", "Warn")";
  const Case cases[] = {
      {"a dry run of a create", "POST", "?dryRun=Yes", "application/json", "CreateOptions", yes},
      {"a dry run of an update", "PUT", "/a?dryRun=Yes", "application/json", "UpdateOptions", yes},
      {"a dry run of a patch", "PATCH", "/a?dryRun=Yes", "application/merge-patch+json", "PatchOptions", yes},
      {"a dry run of a delete", "DELETE", "/a?dryRun=Yes", "application/json", "DeleteOptions", yes},
      {"a dry run of a collection's delete", "DELETE", "?dryRun=Yes", "application/json", "DeleteOptions", yes},
      {"a dry run that is asked for in two ways", "POST", "?dryRun=All&dryRun=Yes", "application/json", "CreateOptions",
       R"(dryRun: Unsupported value: ["All","Yes"]: supported values: "All")"},
      {"a validation of a create", "POST", "?fieldValidation=Maybe", "application/json", "CreateOptions", maybe},
      {"a validation of an update", "PUT", "/a?fieldValidation=Maybe", "application/json", "UpdateOptions", maybe},
      {"a validation of a patch", "PATCH", "/a?fieldValidation=Maybe", "application/merge-patch+json", "PatchOptions",
       maybe},
      {"several at once", "PATCH", "/a?fieldValidation=Maybe&dryRun=Yes&force=true", "application/merge-patch+json",
       "PatchOptions",
       R"([force: Forbidden: may not be specified for non-apply patch, dryRun: Unsupported value: ["Yes"]: supported )"
       R"(values: "All", fieldValidation: Unsupported value: "Maybe": supported values: "", "Ignore", "Strict", "Warn"])"},
      {"a policy of propagation", "DELETE", "/a?propagationPolicy=Sideways", "application/json", "DeleteOptions",
       R"(propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", )"
       R"("nil")"},
      {"a match of a list", "GET", "?resourceVersion=1&resourceVersionMatch=Sometimes", "", "ListOptions",
       R"(resourceVersionMatch: Unsupported value: "Sometimes": supported values: "Exact", "NotOlderThan", "")"},
      {"a match of a watch", "GET", "?watch=true&sendInitialEvents=true&resourceVersionMatch=Exact", "", "ListOptions",
       R"([resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, )"
       R"(resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"])"},
  };
  const uint64_t before = store_->Revision();
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string method = c.method;
    const std::string body = method == "DELETE" || method == "GET" ? "" : R"({"metadata":{"name":"a"}})";
    const Answer answer = Call(method, std::string(kMaps) + c.path, body, {{"Content-Type", c.type}});
    EXPECT_EQ(answer.code, 422) << answer.text;
    EXPECT_EQ(answer.Text({"reason"}), "Invalid");
    EXPECT_EQ(answer.Text({"details", "kind"}), c.options);
    EXPECT_EQ(answer.Text({"details", "group"}), "meta.k8s.io");
    EXPECT_EQ(answer.Text({"message"}), std::string(c.options) + ".meta.k8s.io \"\" is invalid: " + c.says);
  }
  EXPECT_EQ(store_->Revision(), before);
}

TEST_F(OptionsTest, AKeyThatStandsTwiceInAnAppliedConfigurationIsReported) {
  const std::string yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: old\n  j: x\n  k: new\n";
  const auto apply = [&](const std::string& name, const std::string& validation) {
    std::string body = yaml;
    body.replace(body.find("{name: a}"), 9, "{name: " + name + "}");
    return Patch(std::string(kMaps) + "/" + name + "?fieldManager=me" + validation, "apply-patch+yaml", body);
  };
  for (const std::string name : {"a", "b"}) {
    SCOPED_TRACE(name == "a" ? "of an object that is there" : "of a new object");
    const Answer refused = apply(name, "&fieldValidation=Strict");
    EXPECT_EQ(refused.code, 400) << refused.text;
    EXPECT_EQ(refused.Text({"message"}),
              "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 7: key \"k\" "
              "already set in map");
    for (const std::string validation : {"", "&fieldValidation=Warn"}) {
      const Answer taken = apply(name, validation);
      EXPECT_LT(taken.code, 300) << taken.text;
      EXPECT_EQ(taken.headers.Get("Warning"), "299 - \"line 7: key \\\"k\\\" already set in map\"");
      EXPECT_EQ(taken.Text({"data", "k"}), "new") << "the last one counts";
    }
    const Answer quiet = apply(name, "&fieldValidation=Ignore");
    EXPECT_EQ(quiet.code, 200) << quiet.text;
    EXPECT_FALSE(quiet.headers.Has("Warning"));
  }
  const Answer malformed =
      Patch(std::string(kMaps) + "/a?fieldManager=me", "apply-patch+yaml", "metadata: {name: \xff}");
  EXPECT_EQ(malformed.code, 400);
  EXPECT_EQ(malformed.Text({"message"}), "malformed YAML: it is not UTF-8");
}

}  // namespace
}  // namespace croft::server
