#include <gtest/gtest.h>

#include <random>

#include "api/schema/node.h"
#include "api/schema/schema.h"
#include "unit/api/schema/schema_util.h"

namespace croft::schema {
namespace {

struct Case {
  const char* name;
  const char* schema;  // of spec
  const char* spec;
  const char* causes;  // a line each; empty: valid
};

void Check(const Case& c, const Definitions* definitions) {
  const SchemaPtr schema =
      MustCompile(std::string(R"({"type":"object","properties":{"spec":)") + c.schema + "}}", definitions);
  const JsonDocument value = MustParse(std::string(R"({"spec":)") + c.spec + "}");
  EXPECT_EQ(Lines(Validate(*schema, value)), c.causes) << c.name << "\n" << c.spec;
}

TEST(Validate, WordsViolationsAsKubernetesDoesForCustomResources) {
  const Case cases[] = {
      {"a valid object", R"({"type":"object","properties":{"a":{"type":"integer"}}})", R"({"a":1})", ""},
      {"a text for a number names both types", R"({"type":"object","properties":{"replicas":{"type":"integer"}}})",
       R"({"replicas":"x"})",
       "FieldValueTypeInvalid spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer: "
       "\"string\""},
      {"a fraction is no integer", R"({"type":"integer"})", "1.5",
       "FieldValueTypeInvalid spec: Invalid value: \"number\": spec in body must be of type integer: \"number\""},
      {"a whole number written as a fraction is an integer", R"({"type":"integer"})", "2.0", ""},
      {"an integer is a number", R"({"type":"number"})", "2", ""},
      {"null is of no type", R"({"type":"string"})", "null",
       "FieldValueTypeInvalid spec: Invalid value: \"null\": spec in body must be of type string: \"null\""},
      {"null where it is allowed", R"({"type":"string","nullable":true})", "null", ""},
      {"a missing field", R"({"type":"object","required":["image"],"properties":{"image":{"type":"string"}}})", "{}",
       "FieldValueRequired spec.image: Required value"},
      {"a value outside the enumeration", R"({"type":"string","enum":["a","b"]})", "\"x\"",
       "FieldValueNotSupported spec: Unsupported value: \"x\": supported values: \"a\", \"b\""},
      {"a pattern", R"({"type":"string","pattern":"^a+$"})", "\"b\"",
       "FieldValueInvalid spec: Invalid value: \"b\": spec in body should match '^a+$'"},
      {"below the minimum", R"({"type":"integer","minimum":0})", "-1",
       "FieldValueInvalid spec: Invalid value: -1: spec in body should be greater than or equal to 0"},
      {"at an exclusive maximum", R"({"type":"integer","maximum":10,"exclusiveMaximum":true})", "10",
       "FieldValueInvalid spec: Invalid value: 10: spec in body should be less than 10"},
      {"not a multiple", R"({"type":"number","multipleOf":0.1})", "0.25",
       "FieldValueInvalid spec: Invalid value: 0.25: spec in body should be a multiple of 0.1"},
      {"a multiple of a fraction", R"({"type":"number","multipleOf":0.1})", "0.3", ""},
      {"too short", R"({"type":"string","minLength":2})", "\"a\"",
       "FieldValueInvalid spec: Invalid value: \"a\": spec in body should be at least 2 chars long"},
      {"too long, counted in characters", R"({"type":"string","maxLength":2})", "\"\xc3\xa9\xc3\xa9\xc3\xa9\"",
       "FieldValueTooLong spec: Too long: may not be more than 2 bytes"},
      {"just long enough in characters", R"({"type":"string","maxLength":2})", "\"\xc3\xa9\xc3\xa9\"", ""},
      {"a format", R"({"type":"string","format":"date-time"})", "\"soon\"",
       "FieldValueTypeInvalid spec: Invalid value: \"soon\": spec in body must be of type date-time: \"soon\""},
      {"the format of a number is not looked at", R"({"type":"integer","format":"int32"})", "3000000000", ""},
      {"too few items", R"({"type":"array","minItems":1,"items":{"type":"string"}})", "[]",
       "FieldValueInvalid spec: Invalid value: 0: spec in body should have at least 1 items"},
      {"too many items", R"({"type":"array","maxItems":1,"items":{"type":"string"}})", R"(["a","b"])",
       "FieldValueTooMany spec: Too many: 2: must have at most 1 item"},
      {"too few members", R"({"type":"object","minProperties":1})", "{}",
       "FieldValueInvalid spec: Invalid value: 0: spec in body should have at least 1 properties"},
      {"the index of an item", R"({"type":"array","items":{"type":"object","required":["name"]}})",
       R"([{"name":"a"},{}])", "FieldValueRequired spec[1].name: Required value"},
      {"the key of a map", R"({"type":"object","additionalProperties":{"type":"string"}})", R"({"a.b/c":1})",
       "FieldValueTypeInvalid spec.a.b/c: Invalid value: \"integer\": spec.a.b/c in body must be of type string: "
       "\"integer\""},
      {"a value twice in a set", R"({"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}})",
       R"(["a","b","a","a"])", "FieldValueDuplicate spec[2]: Duplicate value: \"a\""},
      {"the same keys twice in a list",
       R"({"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["p","q"],"items":{"type":"object"}})",
       R"([{"p":1,"q":"x"},{"p":1,"q":"y"},{"p":1,"q":"x","z":5}])",
       "FieldValueDuplicate spec[2]: Duplicate value: {\"p\":1,\"q\":\"x\"}"},
      {"a number or a text", R"({"x-kubernetes-int-or-string":true})", "\"25%\"", ""},
      {"neither number nor text", R"({"x-kubernetes-int-or-string":true})", "true",
       "FieldValueTypeInvalid spec: Invalid value: \"boolean\": spec in body must be of type integer,string: "
       "\"boolean\""},
      {"unknown fields are not a matter of validation", R"({"type":"object"})", R"({"x":1})", ""},
      {"anything where unknown fields are kept", R"({"x-kubernetes-preserve-unknown-fields":true})", "[1,{}]", ""},
      {"an embedded object needs a kind", R"({"type":"object","x-kubernetes-embedded-resource":true})",
       R"({"apiVersion":"v1"})", "FieldValueRequired spec.kind: Required value: must not be empty"},
      {"none of several", R"({"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]})", "{}",
       "FieldValueInvalid <nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found "
       "none valid\nFieldValueRequired spec.a: Required value"},
      {"two of several", R"({"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]})", R"({"a":1,"b":1})",
       "FieldValueInvalid <nil>: Invalid value: \"\": \"spec\" must validate one and only one schema (oneOf). Found "
       "2 valid alternatives"},
      {"not even one", R"({"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}]})", "{}",
       "FieldValueInvalid <nil>: Invalid value: \"\": \"spec\" must validate at least one schema (anyOf)\n"
       "FieldValueRequired spec.a: Required value"},
      {"the branch that fits best", R"({"type":"object","anyOf":[{"required":["a","b"]},{"required":["b"]}]})", "{}",
       "FieldValueInvalid <nil>: Invalid value: \"\": \"spec\" must validate at least one schema (anyOf)\n"
       "FieldValueRequired spec.b: Required value"},
      {"each of all", R"({"type":"integer","allOf":[{"minimum":1},{"maximum":2}]})", "3",
       "FieldValueInvalid spec: Invalid value: 3: spec in body should be less than or equal to 2\n"
       "FieldValueInvalid <nil>: Invalid value: \"\": \"spec\" must validate all the schemas (allOf)"},
      {"what must not be", R"({"type":"integer","not":{"minimum":5}})", "7",
       "FieldValueInvalid <nil>: Invalid value: \"\": \"spec\" must not validate the schema (not)"},
      {"a text that must not be", R"({"type":"string","not":{"pattern":"^x"}})", "\"xy\"",
       "FieldValueInvalid <nil>: Invalid value: \"\": \"spec\" must not validate the schema (not)"},
      {"several violations are all told", R"({"type":"object","required":["a","b"]})", "{}",
       "FieldValueRequired spec.a: Required value\nFieldValueRequired spec.b: Required value"},
  };
  for (const Case& c : cases) Check(c, nullptr);
}

TEST(Validate, TreatsKubernetesOwnKindsAsTheirTypedStructs) {
  const FakeDefinitions none("{}");
  const Case cases[] = {
      {"null means absent", R"({"type":"object","properties":{"a":{"type":"string"}}})", R"({"a":null})", ""},
      {"null for a required field", R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"}}})",
       R"({"a":null})", "FieldValueRequired spec.a: Required value"},
      {"an empty text that must be filled in", R"({"type":"string","minLength":1})", "\"\"",
       "FieldValueRequired spec: Required value"},
      {"an empty list that must be filled in", R"({"type":"array","minItems":1})", "[]",
       "FieldValueRequired spec: Required value"},
      {"a whole number written as a fraction is no integer", R"({"type":"integer"})", "2.0",
       "FieldValueTypeInvalid spec: json: cannot unmarshal number 2.0 into Go value of type int32"},
      {"a number beyond its format", R"({"type":"integer","format":"int32"})", "3000000000",
       "FieldValueTypeInvalid spec: json: cannot unmarshal number 3000000000 into Go value of type int32"},
      {"a zero that means unset is not looked at", R"({"type":"string","enum":["a"],"x-croft-zero-is-unset":true})",
       "\"\"", ""},
      {"the key of a list is named",
       R"({"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object"}})",
       R"([{"name":"a"},{"name":"a"}])", "FieldValueDuplicate spec[1].name: Duplicate value: \"a\""},
      {"an absent key counts as empty",
       R"({"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["ip","host"],"items":{"type":"object"}})",
       R"([{"ip":"1"},{"ip":"1","host":""}])",
       "FieldValueDuplicate spec[1]: Duplicate value: {\"ip\":\"1\",\"host\":\"\"}"},
      {"duplicates where Kubernetes accepts them",
       R"({"type":"array","x-kubernetes-list-type":"set","x-croft-allow-duplicates":true})", R"(["a","a"])", ""},
      {"none of the fields of a union", R"({"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]})",
       R"({"a":""})", "FieldValueRequired spec: Required value: must specify one of a, b"},
      {"two fields of a union name the second", R"({"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}]})",
       R"({"b":{},"a":{}})", "FieldValueForbidden spec.b: Forbidden: may not specify more than one of a, b"},
      {"two fields that exclude each other", R"({"type":"object","not":{"required":["value","valueFrom"]}})",
       R"({"value":"x","valueFrom":{}})",
       "FieldValueInvalid spec.valueFrom: Invalid value: \"\": may not be specified together with value"},
      {"an empty one does not exclude", R"({"type":"object","not":{"required":["value","valueFrom"]}})",
       R"({"value":"","valueFrom":{}})", ""},
      {"a quantity as text, number and fraction",
       R"({"type":"array","items":{"x-kubernetes-int-or-string":true,"format":"quantity","pattern":"^[0-9.]+(m|Mi)?$"}})",
       R"(["5Mi",2,1.5])", ""},
      {"no quantity", R"({"x-kubernetes-int-or-string":true,"format":"quantity","pattern":"^[0-9.]+(m|Mi)?$"})",
       "\"5XB\"",
       "FieldValueTypeInvalid spec: quantities must match the regular expression "
       "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
      {"a text that must not match", R"({"type":"string","not":{"pattern":"^[0-9.]+$"}})", "\"1.2.3.4\"",
       "FieldValueInvalid spec: Invalid value: \"1.2.3.4\": must not match the regular expression '^[0-9.]+$'"},
  };
  for (const Case& c : cases) Check(c, &none);
}

TEST(Validate, WordsBoundsOfKubernetesOwnKindsAsItsCodeDoes) {
  const FakeDefinitions none("{}");
  const std::string subdomain = R"(^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)";
  const std::string wildcard = R"(^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)";
  const auto text = [](const std::string& pattern, const std::string& more = "") {
    return R"({"type":"string","pattern":")" + pattern + "\"" + more + "}";
  };
  const std::string port = "^([0-9]+-)*[0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*$";
  const std::string subdomain_rule =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
      "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  const struct {
    const char* name;
    std::string schema;
    std::string spec;
    std::string message;
  } cases[] = {
      {"below a range", R"({"type":"integer","minimum":1,"maximum":65535})", "0",
       "Invalid value: 0: must be between 1 and 65535, inclusive"},
      {"above a range", R"({"type":"integer","minimum":1,"maximum":65535})", "70000",
       "Invalid value: 70000: must be between 1 and 65535, inclusive"},
      {"a number or text out of a range", R"({"x-kubernetes-int-or-string":true,"minimum":1,"maximum":65535})", "0",
       "Invalid value: 0: must be between 1 and 65535, inclusive"},
      {"a negative count", R"({"type":"integer","minimum":0})", "-1",
       "Invalid value: -1: must be greater than or equal to 0"},
      {"a count of none", R"({"type":"integer","minimum":1})", "0", "Invalid value: 0: must be greater than 0"},
      {"above a maximum", R"({"type":"integer","maximum":5})", "6",
       "Invalid value: 6: must be less than or equal to 5"},
      {"out of a range with words of its own",
       R"({"type":"integer","minimum":1,"maximum":100,"x-croft-range-rule":"must be in the range 1-100"})", "0",
       "Invalid value: 0: must be in the range 1-100"},
      {"a label of DNS", text("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"), "\"A_\"",
       "Invalid value: \"A_\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
       "and "
       "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
       "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"},
      {"a label of DNS with dots", text("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"), "\"a.b\"",
       "Invalid value: \"a.b\": must not contain dots"},
      {"a label of DNS that is too long", text("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", R"(,"maxLength":63)"),
       "\"" + std::string(64, 'a') + "\"",
       "Invalid value: \"" + std::string(64, 'a') + "\": must be no more than 63 bytes"},
      {"a subdomain", text(subdomain), "\"a_b\"", "Invalid value: \"a_b\": " + subdomain_rule},
      {"a host", text(wildcard), "\"a_b\"", "Invalid value: \"a_b\": " + subdomain_rule},
      {"a host with a wildcard", text(wildcard), "\"a.*.b\"",
       "Invalid value: \"a.*.b\": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS "
       "subdomain, "
       "which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character "
       "(e.g. '*.example.com', regex used for validation is "
       "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"},
      {"an address for a host", R"({"type":"string","not":{"pattern":"^[0-9]+(\\.[0-9]+){3}$"}})", "\"1.2.3.4\"",
       "Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address"},
      {"a port's name with a capital", text(port), "\"Web\"",
       "Invalid value: \"Web\": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"},
      {"a port's name without a letter", text(port), "\"80\"",
       "Invalid value: \"80\": must contain at least one letter (a-z)"},
      {"a port's name with two hyphens", text(port), "\"a--b\"",
       "Invalid value: \"a--b\": must not contain consecutive hyphens"},
      {"a port's name that ends so", text(port), "\"a-\"",
       "Invalid value: \"a-\": must not begin or end with a hyphen"},
      {"the name of a variable", text("^[-._a-zA-Z][-._a-zA-Z0-9]*$"), "\"1a\"",
       "Invalid value: \"1a\": a valid environment variable name must consist of alphabetic characters, digits, '_', "
       "'-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex "
       "used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"},
      {"a header", text("^[-A-Za-z0-9!#$%&'*+.^_`|~]+$"), "\"a b\"",
       "Invalid value: \"a b\": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. "
       "'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"},
      {"a share", R"({"x-kubernetes-int-or-string":true,"pattern":"^[0-9]+%$"})", "\"5\"",
       "Invalid value: \"5\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  "
       "or "
       "'93%', regex used for validation is '[0-9]+%')"},
      {"a path", text("^/"), "\"x\"", "Invalid value: \"x\": must be an absolute path"},
      {"a pattern without a name", text("^r?w?m?$"), "\"x\"",
       "Invalid value: \"x\": must match the regular expression '^r?w?m?$'"},
      {"not a multiple", R"({"type":"integer","multipleOf":2})", "3", "Invalid value: 3: must be a multiple of 2"},
      {"too few items", R"({"type":"array","minItems":2})", "[1]", "Invalid value: 1: must have at least 2 items"},
  };
  for (const auto& c : cases) {
    const std::string causes = "FieldValueInvalid spec: " + c.message;
    Check({c.name, c.schema.c_str(), c.spec.c_str(), causes.c_str()}, &none);
  }
}

TEST(Validate, WordsWrongTypesAsKubernetesDecoderDoes) {
  const FakeDefinitions definitions(
      R"({"io.k8s.api.core.v1.Box":{"type":"object","properties":{"open":{"type":"boolean"},"size":{"type":"integer","format":"int64"},
          "data":{"type":"string","format":"byte"},"labels":{"type":"object","additionalProperties":{"type":"string"}},
          "inner":{"$ref":"#/definitions/io.k8s.api.core.v1.Box"},"names":{"type":"array","items":{"type":"string"}},
          "port":{"x-kubernetes-int-or-string":true},
          "boxes":{"type":"array","items":{"$ref":"#/definitions/io.k8s.api.core.v1.Box"}}}}})");
  const SchemaPtr schema =
      *Compile(MustParse(R"({"type":"object","properties":{"spec":{"$ref":"#/definitions/io.k8s.api.core.v1.Box"}}})"),
               &definitions, "", "v1.Crate");
  const struct {
    const char* name;
    const char* value;
    const char* message;
  } cases[] = {
      {"a field of the kind", R"({"spec":1})",
       "json: cannot unmarshal number into Go struct field Crate.spec of type v1.Box"},
      {"a field within", R"({"spec":{"open":"yes"}})",
       "json: cannot unmarshal string into Go struct field Box.spec.open of type bool"},
      {"a whole number of the larger kind", R"({"spec":{"size":true}})",
       "json: cannot unmarshal bool into Go struct field Box.spec.size of type int64"},
      {"a fraction", R"({"spec":{"size":1.5}})",
       "json: cannot unmarshal number 1.5 into Go struct field Box.spec.size of type int64"},
      {"the value of a map, without its key", R"({"spec":{"labels":{"a":1}}})",
       "json: cannot unmarshal number into Go struct field Box.spec.labels of type string"},
      {"a list", R"({"spec":{"names":{}}})",
       "json: cannot unmarshal object into Go struct field Box.spec.names of type []string"},
      {"a list of structs", R"({"spec":{"boxes":"x"}})",
       "json: cannot unmarshal string into Go struct field Box.spec.boxes of type []v1.Box"},
      {"within items, without their index", R"({"spec":{"boxes":[{},{"inner":{"open":[]}}]}})",
       "json: cannot unmarshal array into Go struct field Box.spec.boxes.inner.open of type bool"},
      {"a map", R"({"spec":{"labels":[]}})",
       "json: cannot unmarshal array into Go struct field Box.spec.labels of type map[string]string"},
      {"a number or text knows no place", R"({"spec":{"port":true}})",
       "json: cannot unmarshal bool into Go value of type int32"},
      {"no base64", R"({"spec":{"data":"ab!d"}})", "illegal base64 data at input byte 2"},
      {"base64 that ends early", R"({"spec":{"data":"abcde"}})", "illegal base64 data at input byte 5"},
  };
  for (const auto& c : cases) {
    const std::vector<Cause> causes = Validate(*schema, MustParse(c.value));
    ASSERT_EQ(causes.size(), 1u) << c.name << Lines(causes);
    EXPECT_EQ(causes[0].message, c.message) << c.name;
  }
}

TEST(Validate, LeavesMetadataOfTheObjectToTheServer) {
  const SchemaPtr schema = MustCompile(
      R"({"type":"object","required":["metadata"],"properties":{"metadata":{"type":"object","required":["x"]}}})");
  EXPECT_EQ(Lines(Validate(*schema, MustParse(R"({"metadata":{}})"))), "");
}

TEST(Validate, FollowsRecursiveDefinitions) {
  const FakeDefinitions definitions(
      R"({"Tree":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},
          "children":{"type":"array","items":{"$ref":"#/definitions/Tree"}}}}})");
  const SchemaPtr schema =
      MustCompile(R"({"type":"object","properties":{"spec":{"$ref":"#/definitions/Tree"}}})", &definitions);
  EXPECT_EQ(Lines(Validate(*schema, MustParse(R"({"spec":{"name":"a","children":[{"name":"b","children":[{}]}]}})"))),
            "FieldValueRequired spec.children[0].children[0].name: Required value");
}

TEST(Validate, BoundsTheNumberAndSizeOfCauses) {
  const SchemaPtr schema = MustCompile(R"({"type":"array","items":{"type":"string","enum":["a"]}})");
  std::string list = "[\"" + std::string(100'000, 'x') + "\"";
  for (int i = 0; i < 10'000; ++i) list += ",\"b\"";
  const auto causes = Validate(*schema, MustParse(list + "]"));
  EXPECT_EQ(causes.size(), 100u);
  EXPECT_LT(causes[0].message.size(), 1000u);
}

// Random schemas meet random values: nothing crashes, and what was pruned and defaulted stays so.
class Chance {
 public:
  explicit Chance(uint32_t seed) : random_(seed) {}

  Json Value(JsonAllocator& allocator, int depth) {
    switch (Pick(depth > 4 ? 5 : 7)) {
      case 0:
        return Json();
      case 1:
        return Json(Pick(2) == 0);
      case 2:
        return Json(static_cast<int64_t>(Pick(7)) - 3);
      case 3:
        return Json(Pick(100) / 8.0);
      case 4:
        return Text(allocator);
      case 5: {
        Json list(rapidjson::kArrayType);
        for (size_t i = Pick(4); i > 0; --i) list.PushBack(Value(allocator, depth + 1), allocator);
        return list;
      }
      default: {
        Json object(rapidjson::kObjectType);
        for (size_t i = Pick(4); i > 0; --i) object.AddMember(Name(allocator), Value(allocator, depth + 1), allocator);
        return object;
      }
    }
  }

  Json Schema(JsonAllocator& allocator, int depth) {
    static constexpr const char* kTypes[] = {"object", "array", "string", "integer", "number", "boolean", ""};
    Json schema(rapidjson::kObjectType);
    const char* type = kTypes[Pick(7)];
    if (*type != '\0') SetString(schema, "type", type, allocator);
    if (Pick(5) == 0) Set(schema, "nullable", Json(true), allocator);
    if (Pick(6) == 0) Set(schema, "default", Value(allocator, 3), allocator);
    if (Pick(8) == 0) SetString(schema, "pattern", "^[a-c]*$", allocator);
    if (Pick(8) == 0) Set(schema, "minimum", Json(1), allocator);
    if (Pick(9) == 0) Set(schema, "x-kubernetes-preserve-unknown-fields", Json(true), allocator);
    if (Pick(9) == 0) SetString(schema, "x-kubernetes-list-type", Pick(2) == 0 ? "set" : "map", allocator);
    if (depth > 4) return schema;
    if (Pick(2) == 0) {
      Json properties(rapidjson::kObjectType);
      for (size_t i = Pick(4); i > 0; --i)
        properties.AddMember(Name(allocator), Schema(allocator, depth + 1), allocator);
      Set(schema, "properties", std::move(properties), allocator);
    }
    if (Pick(3) == 0) Set(schema, "items", Schema(allocator, depth + 1), allocator);
    if (Pick(4) == 0) Set(schema, "additionalProperties", Schema(allocator, depth + 1), allocator);
    for (const char* keyword : {"oneOf", "anyOf", "allOf"}) {
      if (Pick(8) != 0) continue;
      Json list(rapidjson::kArrayType);
      for (size_t i = 0; i < 2; ++i) list.PushBack(Schema(allocator, depth + 2), allocator);
      Set(schema, keyword, std::move(list), allocator);
    }
    return schema;
  }

 private:
  size_t Pick(size_t count) { return random_() % count; }
  Json Name(JsonAllocator& allocator) {
    return MakeString(std::string(1, static_cast<char>('a' + Pick(4))), allocator);
  }
  Json Text(JsonAllocator& allocator) {
    return MakeString(std::string(Pick(4), static_cast<char>('a' + Pick(4))), allocator);
  }

  std::mt19937 random_;
};

TEST(Validate, SurvivesRandomSchemasAndValues) {
  const FakeDefinitions none("{}");
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    JsonDocument document;
    auto& allocator = document.GetAllocator();
    Chance chance(seed);
    const Json json = chance.Schema(allocator, 0);
    const auto schema = Compile(json, seed % 2 == 0 ? &none : nullptr, "");
    if (!schema.ok()) continue;
    for (int i = 0; i < 5; ++i) {
      Json value = chance.Value(allocator, 0);
      Prune(**schema, value);
      ApplyDefaults(**schema, value, allocator);
      Validate(**schema, value);
      Prune(**schema, value);
      EXPECT_TRUE(Prune(**schema, value).empty()) << "seed " << seed;
      const std::string before = WriteJson(value);
      ApplyDefaults(**schema, value, allocator);
      EXPECT_EQ(Prune(**schema, value).size(), 0u) << "seed " << seed << " " << before;
    }
  }
}

}  // namespace
}  // namespace croft::schema
