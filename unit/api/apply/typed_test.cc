#include <map>

#include "api/schema/definition.h"
#include "unit/api/apply/apply_util.h"

namespace croft::apply {
namespace {

TEST(TypedTest, AnObjectsFieldsAreThoseItSaysSomethingOf) {
  const struct {
    const char* name;
    const char* object;
    const char* fields;
  } kCases[] = {
      {"nothing", "{}", "{}"},
      {"what names an object is nobody's",
       "{apiVersion: x/v1, kind: Plant, metadata: {name: a, namespace: n, uid: u, resourceVersion: '1', generation: "
       "2}}",
       "{}"},
      {"labels and annotations one by one", "{metadata: {labels: {b: x, a: y}, annotations: {c: z}}}",
       R"({"f:metadata":{"f:annotations":{"f:c":{}},"f:labels":{"f:a":{},"f:b":{}}}})"},
      {"finalizers by value, owners whole by uid",
       "{metadata: {finalizers: [x], ownerReferences: [{uid: u, name: n, kind: k, apiVersion: v}]}}",
       R"({"f:metadata":{"f:finalizers":{"v:\"x\"":{}},"f:ownerReferences":{"k:{\"uid\":\"u\"}":{}}}})"},
      {"generateName is a field like others", "{metadata: {generateName: a-}}",
       R"({"f:metadata":{"f:generateName":{}}})"},
      {"scalars", "{spec: {count: 1, name: x}}", R"({"f:spec":{"f:count":{},"f:name":{}}})"},
      {"a part with named members is not itself owned", "{spec: {nested: {a: x}}}",
       R"({"f:spec":{"f:nested":{"f:a":{}}}})"},
      {"but an empty one is", "{spec: {nested: {}}}", R"({"f:spec":{"f:nested":{}}})"},
      {"null is something", "{spec: {count: null, nested: null}}", R"({"f:spec":{"f:count":{},"f:nested":{}}})"},
      {"an atomic map as a whole", "{spec: {whole: {a: x}}}", R"({"f:spec":{"f:whole":{}}})"},
      {"an atomic list as a whole", "{spec: {words: [a, b]}}", R"({"f:spec":{"f:words":{}}})"},
      {"a set by its values", "{spec: {tags: [b, a]}}", R"({"f:spec":{"f:tags":{"v:\"a\"":{},"v:\"b\"":{}}}})"},
      {"an empty list that is merged by item is nobody's", "{spec: {tags: []}}", "{}"},
      {"items by their keys, defaults included", "{spec: {ports: [{port: 80, name: web}]}}",
       R"({"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{}}}}})"},
      {"free parts: maps by member, lists as a whole", "{spec: {free: {a: {b: 1}, c: [1]}}}",
       R"({"f:spec":{"f:free":{"f:a":{".":{},"f:b":{}},"f:c":{}}}})"},
      {"items that can't be told apart are owned together",
       "{spec: {ports: [{port: 1, name: a}, {port: 1, protocol: TCP, name: b}]}}",
       R"({"f:spec":{"f:ports":{"k:{\"port\":1,\"protocol\":\"TCP\"}":{}}}})"},
  };
  for (const auto& c : kCases) EXPECT_EQ(TextOf(FieldsOf(Plant(), Parse(c.object))), c.fields) << c.name;
}

TEST(TypedTest, AComparisonTellsWhatIsNewOtherAndGone) {
  const struct {
    const char* name;
    const char* before;
    const char* after;
    const char* added;
    const char* modified;
    const char* removed;
  } kCases[] = {
      {"nothing", "{spec: {count: 1}}", "{spec: {count: 1}}", "{}", "{}", "{}"},
      {"order of members means nothing", "{spec: {count: 1, name: x}}", "{spec: {name: x, count: 1}}", "{}", "{}",
       "{}"},
      {"what the server counts means nothing", "{metadata: {generation: 1, resourceVersion: '5', managedFields: []}}",
       "{metadata: {generation: 2, resourceVersion: '6'}}", "{}", "{}", "{}"},
      {"a value", "{spec: {count: 1}}", "{spec: {count: 2}}", "{}", R"({"f:spec":{"f:count":{}}})", "{}"},
      {"a new part counts itself too", "{spec: {}}", "{spec: {nested: {a: x}}}",
       R"({"f:spec":{"f:nested":{".":{},"f:a":{}}}})", "{}", "{}"},
      {"a part that is gone too", "{spec: {nested: {a: x}, count: 1}}", "{spec: {count: 1}}", "{}", "{}",
       R"({"f:spec":{"f:nested":{".":{},"f:a":{}}}})"},
      {"null and empty are told apart", "{spec: {nested: null, count: 1}}", "{spec: {nested: {}, count: 1}}", "{}",
       R"({"f:spec":{"f:nested":{}}})", "{}"},
      {"a map that becomes empty stays", "{spec: {options: {a: x}}}", "{spec: {options: {}}}", "{}", "{}",
       R"({"f:spec":{"f:options":{"f:a":{}}}})"},
      {"an atomic map changes as a whole", "{spec: {whole: {a: x}}}", "{spec: {whole: {b: x}}}", "{}",
       R"({"f:spec":{"f:whole":{}}})", "{}"},
      {"an atomic list changes as a whole", "{spec: {words: [a, b]}}", "{spec: {words: [b, a]}}", "{}",
       R"({"f:spec":{"f:words":{}}})", "{}"},
      {"a set by value, in whatever order", "{spec: {tags: [a, b]}}", "{spec: {tags: [c, b]}}",
       R"({"f:spec":{"f:tags":{"v:\"c\"":{}}}})", "{}", R"({"f:spec":{"f:tags":{"v:\"a\"":{}}}})"},
      {"an item by its keys", "{spec: {ports: [{port: 1, name: a}, {port: 2, name: b}]}}",
       "{spec: {ports: [{port: 2, protocol: TCP, name: c}, {port: 1, name: a}]}}",
       R"({"f:spec":{"f:ports":{"k:{\"port\":2,\"protocol\":\"TCP\"}":{"f:protocol":{}}}}})",
       R"({"f:spec":{"f:ports":{"k:{\"port\":2,\"protocol\":\"TCP\"}":{"f:name":{}}}}})", "{}"},
      {"an item that is gone", "{spec: {ports: [{port: 1}, {port: 2}]}}", "{spec: {ports: [{port: 1}]}}", "{}", "{}",
       R"({"f:spec":{"f:ports":{"k:{\"port\":2,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}})"},
      {"another type", "{spec: {free: {a: 1}}}", "{spec: {free: {a: {b: 1}}}}",
       R"({"f:spec":{"f:free":{"f:a":{"f:b":{}}}}})", R"({"f:spec":{"f:free":{"f:a":{}}}})", "{}"},
      {"duplicates that stay as they are", "{spec: {tags: [a, a]}}", "{spec: {tags: [a, a]}}", "{}", "{}", "{}"},
      {"duplicates that become one", "{spec: {ports: [{port: 1, name: a}, {port: 1, name: b}]}}",
       "{spec: {ports: [{port: 1, name: a}]}}",
       R"({"f:spec":{"f:ports":{"k:{\"port\":1,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{}}}}})", "{}",
       R"({"f:spec":{"f:ports":{"k:{\"port\":1,\"protocol\":\"TCP\"}":{}}}})"},
  };
  for (const auto& c : kCases) {
    const JsonDocument before = Parse(c.before), after = Parse(c.after);
    const Comparison comparison = Compare(Plant(), &before, &after);
    EXPECT_EQ(TextOf(comparison.added), c.added) << c.name;
    EXPECT_EQ(TextOf(comparison.modified), c.modified) << c.name;
    EXPECT_EQ(TextOf(comparison.removed), c.removed) << c.name;
  }
}

TEST(TypedTest, AConfigurationIsMergedByTheSchema) {
  const struct {
    const char* name;
    const char* live;
    const char* config;
    const char* merged;
  } kCases[] = {
      {"what it does not say stays", "{spec: {count: 1, name: x}}", "{spec: {count: 2}}",
       "{spec: {count: 2, name: x}}"},
      {"maps by member", "{spec: {options: {a: x}}}", "{spec: {options: {b: y}}}", "{spec: {options: {a: x, b: y}}}"},
      {"atomic maps as a whole", "{spec: {whole: {a: x}}}", "{spec: {whole: {b: y}}}", "{spec: {whole: {b: y}}}"},
      {"atomic lists as a whole", "{spec: {words: [a, b]}}", "{spec: {words: [c]}}", "{spec: {words: [c]}}"},
      {"free lists as a whole", "{spec: {free: {a: [1, 2]}}}", "{spec: {free: {a: [3]}}}", "{spec: {free: {a: [3]}}}"},
      {"null replaces a value", "{spec: {count: 1}}", "{spec: {count: null}}", "{spec: {count: null}}"},
      {"null leaves a part to its owners", "{spec: {nested: {a: x}}}", "{spec: {nested: null}}",
       "{spec: {nested: {a: x}}}"},
      {"so does an empty one", "{spec: {nested: {a: x}}}", "{spec: {nested: {}}}", "{spec: {nested: {a: x}}}"},
      {"sets: what is new at the end", "{spec: {tags: [a, b]}}", "{spec: {tags: [c]}}", "{spec: {tags: [a, b, c]}}"},
      {"the configuration's order wins", "{spec: {tags: [a, b, c]}}", "{spec: {tags: [c, a]}}",
       "{spec: {tags: [b, c, a]}}"},
      {"new ones right before what follows them", "{spec: {tags: [a, b, c]}}", "{spec: {tags: [x, b]}}",
       "{spec: {tags: [a, x, b, c]}}"},
      {"new ones after the last that both have", "{spec: {tags: [a, b]}}", "{spec: {tags: [a, x]}}",
       "{spec: {tags: [a, b, x]}}"},
      {"items by their keys", "{spec: {ports: [{port: 1, name: a, inner: {x: 1}}]}}",
       "{spec: {ports: [{port: 2}, {port: 1, protocol: TCP, inner: {y: 2}}]}}",
       "{spec: {ports: [{port: 2}, {port: 1, name: a, inner: {x: 1, y: 2}, protocol: TCP}]}}"},
      {"one item takes the place of duplicates", "{spec: {ports: [{port: 1, name: a}, {port: 1, name: b}, {port: 2}]}}",
       "{spec: {ports: [{port: 1, inner: {x: 1}}]}}", "{spec: {ports: [{port: 1, inner: {x: 1}}, {port: 2}]}}"},
      {"duplicates that are not spoken of stay", "{spec: {tags: [a, a]}}", "{spec: {tags: [b]}}",
       "{spec: {tags: [a, a, b]}}"},
  };
  for (const auto& c : kCases) {
    JsonDocument live = Parse(c.live);
    Merge(Plant(), live, Parse(c.config), live.GetAllocator());
    EXPECT_EQ(WriteJson(live), WriteJson(Parse(c.merged))) << c.name;
  }
}

TEST(TypedTest, RemovingTakesPathsAndWhatIsBelow) {
  const struct {
    const char* name;
    const char* object;
    const char* fields;
    const char* rest;
  } kCases[] = {
      {"a member", "{spec: {count: 1, name: x}}", R"({"f:spec":{"f:count":{}}})", "{spec: {name: x}}"},
      {"a part", "{spec: {nested: {a: x}, name: x}}", R"({"f:spec":{"f:nested":{}}})", "{spec: {name: x}}"},
      {"the last of a part leaves it empty", "{spec: {nested: {a: x}}}", R"({"f:spec":{"f:nested":{"f:a":{}}}})",
       "{spec: {nested: {}}}"},
      {"the last label takes the map with it", "{metadata: {name: n, labels: {a: x}}}",
       R"({"f:metadata":{"f:labels":{"f:a":{}}}})", "{metadata: {name: n}}"},
      {"items", "{spec: {tags: [a, b], ports: [{port: 1, name: a}, {port: 2}]}}",
       R"({"f:spec":{"f:tags":{"v:\"a\"":{}},"f:ports":{"k:{\"port\":2,\"protocol\":\"TCP\"}":{},
           "k:{\"port\":1,\"protocol\":\"TCP\"}":{"f:name":{}}}}})",
       "{spec: {tags: [b], ports: [{port: 1}]}}"},
      {"nothing within what is atomic", "{spec: {whole: {a: x}}}", R"({"f:spec":{"f:whole":{"f:a":{}}}})",
       "{spec: {whole: {a: x}}}"},
      {"nothing of an empty list", "{spec: {tags: []}}", R"({"f:spec":{"f:tags":{"v:\"a\"":{}}}})",
       "{spec: {tags: []}}"},
      {"what is not there", "{spec: {count: 1}}", R"({"f:spec":{"f:name":{}},"f:x":{}})", "{spec: {count: 1}}"},
  };
  for (const auto& c : kCases) {
    JsonDocument object = Parse(c.object);
    Remove(Plant(), object, SetOf(c.fields));
    EXPECT_EQ(WriteJson(object), WriteJson(Parse(c.rest))) << c.name;
  }
}

TEST(TypedTest, AConfigurationIsChecked) {
  const struct {
    const char* name;
    const char* config;
    std::vector<std::string> errors;
  } kCases[] = {
      {"a good one",
       "{apiVersion: a, kind: b, metadata: {name: x, labels: {a: b}}, spec: {count: 1, free: {x: [1]}}}",
       {}},
      {"null fits everywhere", "{spec: {count: null, ports: null, nested: null}}", {}},
      {"unknown fields",
       "{spec: {cuont: 1, nested: {c: 1}}}",
       {".spec.cuont: field not declared in schema", ".spec.nested.c: field not declared in schema"}},
      {"unknown metadata", "{metadata: {label: {}}}", {".metadata.label: field not declared in schema"}},
      {"wrong types",
       "{spec: {count: x, name: 1, nested: [], words: {}, options: {a: 1}}}",
       {".spec.count: expected numeric (int or float), got \"x\"", ".spec.name: expected string, got 1",
        ".spec.nested: expected map, got []", ".spec.words: expected list, got {}",
        ".spec.options.a: expected string, got 1"}},
      {"keys twice",
       "{spec: {ports: [{port: 1}, {port: 1, protocol: TCP}], tags: [a, a]}}",
       {".spec.ports: duplicate entries for key [port=1,protocol=\"TCP\"]",
        ".spec.tags: duplicate entries for key [=\"a\"]"}},
      {"keys that are missing",
       "{spec: {ports: [{name: a}]}}",
       {".spec.ports: element 0: associative list with keys has an element that omits key field \"port\" (and doesn't "
        "have default value)"}},
      {"items of the wrong type",
       "{spec: {ports: [1], tags: [{a: b}]}}",
       {".spec.ports: element 0: associative list with keys may not have non-map elements",
        ".spec.tags: element 0: associative list without keys has an element that's a map type"}},
  };
  for (const auto& c : kCases) EXPECT_EQ(Check(Plant(), Parse(c.config)), c.errors) << c.name;
}

TEST(TypedTest, NamedPartsGoWithTheirLastMember) {
  EXPECT_EQ(TextOf(WithNamedParents(Plant(), SetOf(R"({"f:spec":{"f:nested":{"f:a":{}},"f:options":{"f:x":{}},
                                   "f:ports":{"k:{\"port\":1,\"protocol\":\"TCP\"}":{"f:inner":{"f:x":{}}}},
                                   "f:free":{"f:a":{"f:b":{}}}}})"))),
            R"({"f:spec":{".":{},"f:free":{".":{},"f:a":{"f:b":{}}},"f:nested":{".":{},"f:a":{}},)"
            R"("f:options":{".":{},"f:x":{}},)"
            R"("f:ports":{".":{},"k:{\"port\":1,\"protocol\":\"TCP\"}":{"f:inner":{".":{},"f:x":{}}}}}})");
}

TEST(TypedTest, WhatHasBecomeAtomicIsOwnedAsAWhole) {
  EXPECT_EQ(TextOf(Reconciled(Plant(), SetOf(R"({"f:spec":{"f:whole":{".":{},"f:a":{}},"f:words":{"v:\"a\"":{}},
                                                 "f:options":{"f:a":{}}}})"))),
            R"({"f:spec":{"f:options":{"f:a":{}},"f:whole":{},"f:words":{}}})");
}

// Kubernetes' own kinds: what a real server recorded for the same creation.
TEST(TypedTest, CreationsOfKubernetesKindsAreRecordedAsKubernetesDoes) {
  const Result<schema::EmbeddedKinds> kinds = schema::LoadEmbeddedKinds();
  ASSERT_TRUE(kinds.ok());
  const auto schema_of = [&](const char* kind) -> const schema::Node& {
    for (const auto& definition : kinds->definitions) {
      if (definition.kind == kind && definition.group != "croft.lab") return *definition.StorageVersion().schema;
    }
    ADD_FAILURE() << kind;
    return *kinds->definitions[0].StorageVersion().schema;
  };
  const struct {
    const char* kind;
    const char* object;
    const char* fields;
  } kCases[] = {
      {"ConfigMap", "{metadata: {name: a}, data: {k: v}}", R"({"f:data":{".":{},"f:k":{}}})"},
      {"Deployment",
       R"({metadata: {name: a, labels: {app: a}}, spec: {replicas: 1, selector: {matchLabels: {app: a}},
           strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}},
           template: {metadata: {labels: {app: a}}, spec: {restartPolicy: Always, securityContext: {}, containers: [
             {name: c, image: i, resources: {}, ports: [{containerPort: 80, protocol: TCP}]}]}}}})",
       R"({"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:replicas":{},"f:selector":{},)"
       R"("f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},)"
       R"("f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":)"
       R"({".":{},"f:image":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":)"
       R"({".":{},"f:containerPort":{},"f:protocol":{}}},"f:resources":{}}},"f:restartPolicy":{},)"
       R"("f:securityContext":{}}}}})"},
      {"Service", "{spec: {selector: {app: a}, ports: [{port: 80, protocol: TCP, targetPort: 80}], type: ClusterIP}}",
       R"({"f:spec":{"f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{},"f:protocol":{},)"
       R"("f:targetPort":{}}},"f:selector":{},"f:type":{}}})"},
      {"Node",
       "{status: {conditions: [{type: Ready, status: 'True'}], nodeInfo: {architecture: x}, capacity: {cpu: '1'}}}",
       R"({"f:status":{"f:capacity":{".":{},"f:cpu":{}},"f:conditions":{".":{},"k:{\"type\":\"Ready\"}":)"
       R"({".":{},"f:status":{},"f:type":{}}},"f:nodeInfo":{"f:architecture":{}}}})"},
  };
  for (const auto& c : kCases) EXPECT_EQ(TextOf(CreatedFields(schema_of(c.kind), Parse(c.object))), c.fields) << c.kind;
  EXPECT_EQ(TextOf(CreatedFields(Compiled(kPlant), Parse("{spec: {count: 1}}"))), R"({"f:spec":{".":{},"f:count":{}}})")
      << "a custom resource has no part that is always there";
}

}  // namespace
}  // namespace croft::apply
