#include "unit/api/server/api_fixture.h"

// Kinds that bound, group or classify others: what the server refuses and fills in.
namespace croft::server {
namespace {

constexpr const char* kControllers = "/api/v1/namespaces/d/replicationcontrollers";
constexpr const char* kTemplates = "/api/v1/namespaces/d/podtemplates";
constexpr const char* kQuotas = "/api/v1/namespaces/d/resourcequotas";
constexpr const char* kLimits = "/api/v1/namespaces/d/limitranges";
constexpr const char* kBudgets = "/apis/policy/v1/namespaces/d/poddisruptionbudgets";
constexpr const char* kPolicies = "/apis/networking.k8s.io/v1/namespaces/d/networkpolicies";
constexpr const char* kStorage = "/apis/storage.k8s.io/v1/storageclasses";
constexpr const char* kDrivers = "/apis/storage.k8s.io/v1/csidrivers";
constexpr const char* kCsiNodes = "/apis/storage.k8s.io/v1/csinodes";
constexpr const char* kCapacities = "/apis/storage.k8s.io/v1/namespaces/d/csistoragecapacities";
constexpr const char* kAttachments = "/apis/storage.k8s.io/v1/volumeattachments";
constexpr const char* kPriorities = "/apis/scheduling.k8s.io/v1/priorityclasses";
constexpr const char* kRuntimes = "/apis/node.k8s.io/v1/runtimeclasses";
constexpr const char* kClaims = "/api/v1/namespaces/d/persistentvolumeclaims";
constexpr const char* kVolumes = "/api/v1/persistentvolumes";

class LimitKinds : public ApiTest {
 protected:
  // The body with a name.
  static std::string Named(const std::string& name, const std::string& fields) {
    return R"({"metadata":{"name":")" + name + "\"}" + (fields.empty() ? "" : "," + fields) + "}";
  }
  static int Count(const Answer& list) {
    const Json* items = Find(list.json, "items");
    return items == nullptr ? -1 : static_cast<int>(items->Size());
  }
};

struct Refusal {
  const char* name;
  const char* path;
  const char* fields;  // of the body, beside its metadata
  const char* causes;  // "field:reason ...", all of them
};

#define POD_TEMPLATE(more) \
  R"("template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"a","image":"i"}])" more "}}"

TEST_F(LimitKinds, AreRefusedAsKubernetesRefusesThem) {
  const Refusal cases[] = {
      {"a controller without template", kControllers, R"("spec":{"selector":{"app":"a"}})",
       "spec.template:FieldValueRequired"},
      {"a controller that selects others", kControllers, R"("spec":{"selector":{"app":"b"},)" POD_TEMPLATE("") "}",
       "spec.template.metadata.labels:FieldValueInvalid"},
      {"a controller without labels", kControllers,
       R"("spec":{"template":{"spec":{"containers":[{"name":"a","image":"i"}]}}})", "spec.selector:FieldValueRequired"},
      {"a controller of Pods that end", kControllers, R"("spec":{)" POD_TEMPLATE(R"(,"restartPolicy":"Never")") "}",
       "spec.template.spec.restartPolicy:FieldValueNotSupported"},
      {"a controller of fewer than no Pods", kControllers, R"("spec":{"replicas":-1,)" POD_TEMPLATE("") "}",
       "spec.replicas:FieldValueInvalid"},
      {"a template without containers", kTemplates, R"("template":{"spec":{"containers":[]}})",
       "template.spec.containers:FieldValueRequired"},

      {"a quota of something unknown", kQuotas, R"("spec":{"hard":{"gold":"1"}})", "spec.hard[gold]:FieldValueInvalid"},
      {"a quota below nothing", kQuotas, R"("spec":{"hard":{"requests.cpu":"-1"}})",
       "spec.hard[requests.cpu]:FieldValueInvalid"},
      {"a quota of half a Pod", kQuotas, R"("spec":{"hard":{"pods":"500m"}})", "spec.hard[pods]:FieldValueInvalid"},
      {"a quota for an unknown scope", kQuotas, R"("spec":{"scopes":["Best"]})", "spec.scopes:FieldValueInvalid"},
      {"a quota for opposite scopes", kQuotas, R"("spec":{"scopes":["Terminating","NotTerminating"]})",
       "spec.scopes:FieldValueInvalid"},
      {"a quota whose scope has not the resource", kQuotas,
       R"("spec":{"hard":{"services":"1"},"scopes":["BestEffort"]})", "spec.scopes:FieldValueInvalid"},
      {"a quota that compares with nothing", kQuotas,
       R"("spec":{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In"}]}})",
       "spec.scopeSelector.matchExpressions[0].values:FieldValueRequired"},
      {"a quota that compares a plain scope", kQuotas,
       R"("spec":{"scopeSelector":{"matchExpressions":[{"scopeName":"BestEffort","operator":"In","values":["a"]}]}})",
       "spec.scopeSelector.matchExpressions[0].operator:FieldValueInvalid"},

      {"limits twice for one type", kLimits, R"("spec":{"limits":[{"type":"Pod"},{"type":"Pod"}]})",
       "spec.limits[1].type:FieldValueDuplicate"},
      {"limits for an unknown type", kLimits, R"("spec":{"limits":[{"type":"Cup"}]})",
       "spec.limits[0].type:FieldValueInvalid"},
      {"limits of something unknown", kLimits, R"("spec":{"limits":[{"type":"Pod","max":{"gold":"1"}}]})",
       "spec.limits[0].max[gold]:FieldValueInvalid"},
      {"limits with least above most", kLimits,
       R"("spec":{"limits":[{"type":"Pod","min":{"cpu":"2"},"max":{"cpu":"1"}}]})",
       "spec.limits[0].min[cpu]:FieldValueInvalid"},
      {"limits with a default above the most", kLimits,
       R"("spec":{"limits":[{"type":"Container","default":{"cpu":"2"},"defaultRequest":{"cpu":"1"},"max":{"cpu":"1"}}]})",
       "spec.limits[0].default[cpu]:FieldValueInvalid"},
      {"limits with defaults for whole Pods", kLimits, R"("spec":{"limits":[{"type":"Pod","default":{"cpu":"2"}}]})",
       "spec.limits[0].default:FieldValueForbidden"},
      {"limits of claims without size", kLimits, R"("spec":{"limits":[{"type":"PersistentVolumeClaim"}]})",
       "spec.limits[0].limits:FieldValueRequired"},
      {"limits with a ratio below one", kLimits,
       R"("spec":{"limits":[{"type":"Pod","maxLimitRequestRatio":{"cpu":"500m"}}]})",
       "spec.limits[0].maxLimitRequestRatio[cpu]:FieldValueInvalid"},

      {"a budget with both bounds", kBudgets, R"("spec":{"minAvailable":1,"maxUnavailable":1})",
       "spec:FieldValueInvalid"},
      {"a budget above all", kBudgets, R"("spec":{"minAvailable":"101%"})", "spec.minAvailable:FieldValueInvalid"},
      {"a budget that is no number", kBudgets, R"("spec":{"maxUnavailable":"few"})",
       "spec.maxUnavailable:FieldValueInvalid"},
      {"a budget below nothing", kBudgets, R"("spec":{"minAvailable":-1})", "spec.minAvailable:FieldValueInvalid"},
      {"a budget with an unknown policy", kBudgets, R"("spec":{"unhealthyPodEvictionPolicy":"X"})",
       "spec.unhealthyPodEvictionPolicy:FieldValueNotSupported"},

      {"a policy with a port out of range", kPolicies, R"("spec":{"ingress":[{"ports":[{"port":70000}]}]})",
       "spec.ingress[0].ports[0].port:FieldValueInvalid"},
      {"a policy with a port that is no name", kPolicies, R"("spec":{"egress":[{"ports":[{"port":"a_b"}]}]})",
       "spec.egress[0].ports[0].port:FieldValueInvalid"},
      {"a policy with an end before its port", kPolicies,
       R"("spec":{"ingress":[{"ports":[{"port":90,"endPort":80}]}]})",
       "spec.ingress[0].ports[0].endPort:FieldValueInvalid"},
      {"a policy with an end and no port", kPolicies, R"("spec":{"ingress":[{"ports":[{"endPort":80}]}]})",
       "spec.ingress[0].ports[0].endPort:FieldValueInvalid"},
      {"a policy with an unknown protocol", kPolicies, R"("spec":{"ingress":[{"ports":[{"protocol":"X"}]}]})",
       "spec.ingress[0].ports[0].protocol:FieldValueNotSupported"},
      {"a policy with an empty peer", kPolicies, R"("spec":{"ingress":[{"from":[{}]}]})",
       "spec.ingress[0].from[0]:FieldValueRequired"},
      {"a policy with addresses beside Pods", kPolicies,
       R"("spec":{"egress":[{"to":[{"podSelector":{},"ipBlock":{"cidr":"10.0.0.0/8"}}]}]})",
       "spec.egress[0].to[0]:FieldValueForbidden"},
      {"a policy with an exception from elsewhere", kPolicies,
       R"("spec":{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/16","10.1.0.0/16"]}}]}]})",
       "spec.egress[0].to[0].ipBlock.except[0]:FieldValueInvalid"},
      {"a policy with an exception of everything", kPolicies,
       R"("spec":{"egress":[{"to":[{"ipBlock":{"cidr":"2001:db8::/64","except":["2001:db8::/64"]}}]}]})",
       "spec.egress[0].to[0].ipBlock.except[0]:FieldValueInvalid"},
      {"a policy with an unknown direction", kPolicies, R"("spec":{"policyTypes":["Up"]})",
       "spec.policyTypes[0]:FieldValueNotSupported"},

      {"a storage class of nobody", kStorage, "", "provisioner:FieldValueRequired"},
      {"a storage class of a bad name", kStorage, R"("provisioner":"a b")", "provisioner:FieldValueInvalid"},
      {"a storage class that recycles", kStorage, R"("provisioner":"x.y/z","reclaimPolicy":"Recycle")",
       "reclaimPolicy:FieldValueNotSupported"},
      {"a storage class that binds late", kStorage, R"("provisioner":"x.y/z","volumeBindingMode":"Late")",
       "volumeBindingMode:FieldValueNotSupported"},
      {"a storage class for no place", kStorage,
       R"("provisioner":"x.y/z","allowedTopologies":[{"matchLabelExpressions":[{"key":"zone","values":[]}]}])",
       "allowedTopologies[0].matchLabelExpressions[0].values:FieldValueRequired"},

      {"a driver with an unknown policy", kDrivers, R"("spec":{"fsGroupPolicy":"X"})",
       "spec.fsGroupPolicy:FieldValueNotSupported"},
      {"a driver with short tokens", kDrivers, R"("spec":{"tokenRequests":[{"audience":"a","expirationSeconds":5}]})",
       "spec.tokenRequests[0].expirationSeconds:FieldValueInvalid"},
      {"a driver with an audience twice", kDrivers, R"("spec":{"tokenRequests":[{"audience":"a"},{"audience":"a"}]})",
       "spec.tokenRequests[1].audience:FieldValueDuplicate"},
      {"a node with a driver twice", kCsiNodes,
       R"("spec":{"drivers":[{"name":"a.b","nodeID":"n"},{"name":"a.b","nodeID":"n"}]})",
       "spec.drivers[1].name:FieldValueDuplicate"},
      {"a node with a bad driver", kCsiNodes, R"("spec":{"drivers":[{"name":"a_b","nodeID":"n"}]})",
       "spec.drivers[0].name:FieldValueInvalid"},
      {"less room than none", kCapacities, R"("storageClassName":"a","capacity":"-1")", "capacity:FieldValueInvalid"},
      {"room of a class that can be none", kCapacities, R"("storageClassName":"A_b")",
       "storageClassName:FieldValueInvalid"},
      {"an attachment of nothing", kAttachments, R"("spec":{"attacher":"a.b","nodeName":"n","source":{}})",
       "spec.source:FieldValueRequired"},

      {"a priority above the users'", kPriorities, R"("value":1000000001)", "value:FieldValueForbidden"},
      {"a priority with an unknown policy", kPriorities, R"("value":1,"preemptionPolicy":"X")",
       "preemptionPolicy:FieldValueNotSupported"},
      {"a runtime without handler", kRuntimes, "", "handler:FieldValueRequired"},
      {"a runtime with a bad handler", kRuntimes, R"("handler":"A_")", "handler:FieldValueInvalid"},

      {"a claim without modes", kClaims, R"("spec":{"resources":{"requests":{"storage":"1Gi"}}})",
       "spec.accessModes:FieldValueRequired"},
      {"a claim of nothing", kClaims,
       R"("spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"0"}}})",
       "spec.resources[storage]:FieldValueInvalid"},
      {"a claim for one Pod and for many", kClaims,
       R"("spec":{"accessModes":["ReadWriteOncePod","ReadOnlyMany"],"resources":{"requests":{"storage":"1"}}})",
       "spec.accessModes:FieldValueForbidden"},
      {"a volume of nothing", kVolumes, R"("spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"}})",
       "spec:FieldValueRequired"},
      {"a local volume of any node", kVolumes,
       R"("spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"local":{"path":"/x"}})",
       "spec.nodeAffinity:FieldValueRequired"},
      {"a volume out of its folder", kVolumes,
       R"("spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x/../y"}})",
       "spec.hostPath.path:FieldValueInvalid"},
  };
  for (const Refusal& c : cases) {
    SCOPED_TRACE(c.name);
    const uint64_t before = store_->List({"", "namespaces"}, "").revision;
    const Answer answer = Post(c.path, Named("a", c.fields));
    EXPECT_EQ(answer.code, 422) << answer.text;
    EXPECT_EQ(Causes(answer), c.causes) << answer.text;
    EXPECT_EQ(store_->List({"", "namespaces"}, "").revision, before) << "nothing is stored";
  }
}

struct Change {
  const char* name;
  const char* path;
  const char* fields;  // as created
  const char* patch;   // merge patch
  const char* causes;  // empty: allowed
};

TEST_F(LimitKinds, ChangeAsKubernetesLetsThem) {
  const Change cases[] = {
      {"the selector of a controller", kControllers, R"("spec":{)" POD_TEMPLATE("") "}", R"({"spec":{"replicas":3}})",
       ""},
      {"the scopes of a quota", kQuotas, R"("spec":{"scopes":["BestEffort"]})",
       R"({"spec":{"scopes":["NotBestEffort"]}})", "spec.scopes:FieldValueInvalid"},
      {"the size of a quota", kQuotas, R"("spec":{"hard":{"pods":"1"}})", R"({"spec":{"hard":{"pods":"2"}}})", ""},
      {"the bound of a budget", kBudgets, R"("spec":{"minAvailable":1})", R"({"spec":{"minAvailable":2}})", ""},
      {"the provisioner of a class", kStorage, R"("provisioner":"a.b/c")", R"({"provisioner":"a.b/d"})",
       "provisioner:FieldValueForbidden"},
      {"the parameters of a class", kStorage, R"("provisioner":"a.b/c")", R"({"parameters":{"a":"b"}})",
       "parameters:FieldValueForbidden"},
      {"the reclaim policy of a class", kStorage, R"("provisioner":"a.b/c")", R"({"reclaimPolicy":"Retain"})",
       "reclaimPolicy:FieldValueForbidden"},
      {"the binding mode of a class", kStorage, R"("provisioner":"a.b/c")",
       R"({"volumeBindingMode":"WaitForFirstConsumer"})", "volumeBindingMode:FieldValueInvalid"},
      {"the growth of a class", kStorage, R"("provisioner":"a.b/c")", R"({"allowVolumeExpansion":true})", ""},
      {"whether a driver attaches", kDrivers, R"("spec":{})", R"({"spec":{"attachRequired":false}})",
       "spec.attachRequired:FieldValueInvalid"},
      {"whether a driver is told of Pods", kDrivers, R"("spec":{})", R"({"spec":{"podInfoOnMount":true}})", ""},
      {"a node's name with its driver", kCsiNodes, R"("spec":{"drivers":[{"name":"a.b","nodeID":"n"}]})",
       R"({"spec":{"drivers":[{"name":"a.b","nodeID":"m"}]}})", "spec.drivers[0].nodeID:FieldValueInvalid"},
      {"the drivers of a node", kCsiNodes, R"("spec":{"drivers":[{"name":"a.b","nodeID":"n"}]})",
       R"({"spec":{"drivers":[{"name":"c.d","nodeID":"m"}]}})", ""},
      {"the room of a class", kCapacities, R"("storageClassName":"a","capacity":"1Gi")", R"({"capacity":"2Gi"})", ""},
      {"whose room it is", kCapacities, R"("storageClassName":"a")",
       R"({"storageClassName":"b","nodeTopology":{"matchLabels":{"x":"y"}}})",
       "nodeTopology:FieldValueInvalid storageClassName:FieldValueInvalid"},
      {"an attachment", kAttachments,
       R"("spec":{"attacher":"a.b","nodeName":"n","source":{"persistentVolumeName":"v"}})",
       R"({"spec":{"nodeName":"m"}})", "spec:FieldValueInvalid"},
      {"the value of a priority", kPriorities, R"("value":1)", R"({"value":2})", "value:FieldValueForbidden"},
      {"the policy of a priority", kPriorities, R"("value":1)", R"({"preemptionPolicy":"Never"})",
       "preemptionPolicy:FieldValueInvalid"},
      {"the description of a priority", kPriorities, R"("value":1)", R"({"description":"x"})", ""},
      {"the handler of a runtime", kRuntimes, R"("handler":"a")", R"({"handler":"b"})", "handler:FieldValueInvalid"},
      {"the size of a claim that is not bound", kClaims,
       R"("spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}})",
       R"({"spec":{"resources":{"requests":{"storage":"2Gi"}}}})", "spec:FieldValueForbidden"},
      {"the volume of a claim", kClaims,
       R"("spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}})",
       R"({"spec":{"volumeName":"v"}})", ""},
      {"the folder of a volume", kVolumes,
       R"("spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x"}})",
       R"({"spec":{"hostPath":{"path":"/y"}}})", "spec.persistentvolumesource:FieldValueForbidden"},
  };
  int number = 0;
  for (const Change& c : cases) {
    SCOPED_TRACE(c.name);
    const std::string name = "a" + std::to_string(++number);
    const Answer made = Post(c.path, Named(name, c.fields));
    EXPECT_EQ(made.code, 201) << made.text;
    const Answer answer = Patch(std::string(c.path) + "/" + name, "merge-patch+json", c.patch);
    EXPECT_EQ(answer.code, *c.causes == '\0' ? 200 : 422) << answer.text;
    EXPECT_EQ(Causes(answer), c.causes) << answer.text;
  }
}

TEST_F(LimitKinds, BoundClaimsMayGrow) {
  ASSERT_EQ(Post(kClaims, Named("c", R"("spec":{"accessModes":["ReadWriteOnce"],"volumeName":"v",)"
                                     R"("resources":{"requests":{"storage":"2Gi"}}})"))
                .code,
            201);
  const std::string claim = std::string(kClaims) + "/c";
  ASSERT_EQ(
      Patch(claim + "/status", "merge-patch+json", R"({"status":{"phase":"Bound","capacity":{"storage":"2Gi"}}})").code,
      200);
  const auto resize = [&](const std::string& size) {
    return Patch(claim, "merge-patch+json", R"({"spec":{"resources":{"requests":{"storage":")" + size + R"("}}}})");
  };
  EXPECT_EQ(resize("3Gi").code, 200);
  EXPECT_EQ(Causes(resize("1Gi")), "spec.resources.requests.storage:FieldValueForbidden");
}

TEST_F(LimitKinds, ControllersTakeSelectorAndLabelsFromTheirTemplate) {
  const Answer made = Post(kControllers, Named("rc", R"("spec":{)" POD_TEMPLATE("") "}"));
  ASSERT_EQ(made.code, 201) << made.text;
  EXPECT_EQ(made.Text({"spec", "selector", "app"}), "a");
  EXPECT_EQ(made.Text({"metadata", "labels", "app"}), "a");
  EXPECT_EQ(FindInt(made.json, {"metadata", "generation"}), 1);
  EXPECT_EQ(FindInt(made.json, {"status", "replicas"}, -1), 0);

  const Answer scale = Get(std::string(kControllers) + "/rc/scale");
  EXPECT_EQ(scale.code, 200);
  EXPECT_EQ(FindInt(scale.json, {"spec", "replicas"}), 1);
  EXPECT_EQ(scale.Text({"status", "selector"}), "app=a");
  EXPECT_EQ(Patch(std::string(kControllers) + "/rc/scale", "merge-patch+json", R"({"spec":{"replicas":4}})").code, 200);
  EXPECT_EQ(FindInt(Get(std::string(kControllers) + "/rc").json, {"spec", "replicas"}), 4);
  EXPECT_EQ(Count(Get(std::string(kControllers) + "?fieldSelector=status.replicas%3D0")), 1);
}

TEST_F(LimitKinds, LimitsOfContainersFillEachOtherIn) {
  const Answer made =
      Post(kLimits, Named("l", R"("spec":{"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"memory":"1Mi"}},)"
                               R"({"type":"Pod","max":{"cpu":"4"}}]})"));
  ASSERT_EQ(made.code, 201) << made.text;
  const Json& container = (*Find(made.json, {"spec", "limits"}))[0];
  EXPECT_EQ(FindString(container, {"default", "cpu"}), "2");
  EXPECT_EQ(FindString(container, {"defaultRequest", "cpu"}), "2");
  EXPECT_EQ(FindString(container, {"defaultRequest", "memory"}), "1Mi");
  EXPECT_EQ(Find((*Find(made.json, {"spec", "limits"}))[1], "default"), nullptr) << "only containers have defaults";
}

}  // namespace
}  // namespace croft::server
