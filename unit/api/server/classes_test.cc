#include "unit/api/server/api_fixture.h"

// What classes give to the objects that name them; and the tables of kinds that nothing acts on yet.
namespace croft::server {
namespace {

constexpr const char* kPods = "/api/v1/namespaces/d/pods";
constexpr const char* kPriorities = "/apis/scheduling.k8s.io/v1/priorityclasses";
constexpr const char* kRuntimes = "/apis/node.k8s.io/v1/runtimeclasses";
constexpr const char* kStorage = "/apis/storage.k8s.io/v1/storageclasses";
constexpr const char* kClaims = "/api/v1/namespaces/d/persistentvolumeclaims";

std::string Pod(const std::string& name, const std::string& more) {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"containers":[{"name":"a","image":"i"}])" + more + "}}";
}

class ClassesTest : public ApiTest {};

TEST_F(ClassesTest, EveryClusterHasTheTwoOfTheSystem) {
  EXPECT_EQ(FindInt(Get(std::string(kPriorities) + "/system-cluster-critical").json, {"value"}), 2000000000);
  EXPECT_EQ(FindInt(Get(std::string(kPriorities) + "/system-node-critical").json, {"value"}), 2000001000);
  const Answer other = Post(kPriorities, R"({"metadata":{"name":"system-mine"},"value":1})");
  EXPECT_EQ(other.code, 422) << "names of the system are its own";
  EXPECT_EQ(FindString((*Find(other.json, {"details", "causes"}))[0], {"reason"}), "FieldValueForbidden");
}

TEST_F(ClassesTest, PodsHaveThePriorityOfTheirClass) {
  ASSERT_EQ(Post(kPriorities, R"({"metadata":{"name":"high"},"value":7,"preemptionPolicy":"Never"})").code, 201);
  const Answer pod = Post(kPods, Pod("p", R"(,"priorityClassName":"high")"));
  ASSERT_EQ(pod.code, 201) << pod.text;
  EXPECT_EQ(FindInt(pod.json, {"spec", "priority"}), 7);
  EXPECT_EQ(pod.Text({"spec", "preemptionPolicy"}), "Never");
  const Answer plain = Post(kPods, Pod("q", ""));
  EXPECT_EQ(FindInt(plain.json, {"spec", "priority"}, -1), 0);
  EXPECT_EQ(plain.Text({"spec", "preemptionPolicy"}), "PreemptLowerPriority");
  EXPECT_EQ(Find(plain.json, {"spec", "priorityClassName"}), nullptr);
}

TEST_F(ClassesTest, PodsThatNameNoneAreOfTheDefaultClass) {
  ASSERT_EQ(Post(kPriorities, R"({"metadata":{"name":"all"},"value":3,"globalDefault":true})").code, 201);
  const Answer pod = Post(kPods, Pod("p", ""));
  EXPECT_EQ(FindInt(pod.json, {"spec", "priority"}), 3);
  EXPECT_EQ(pod.Text({"spec", "priorityClassName"}), "all");
  const Answer second = Post(kPriorities, R"({"metadata":{"name":"too"},"value":4,"globalDefault":true})");
  EXPECT_EQ(second.code, 403);
  EXPECT_EQ(second.Text({"message"}),
            "priorityclasses.scheduling.k8s.io \"too\" is forbidden: PriorityClass all is already marked as default. "
            "Only one default can exist");
  EXPECT_EQ(Patch(std::string(kPriorities) + "/all", "merge-patch+json", R"({"description":"x"})").code, 200)
      << "it is no rival of itself";
}

TEST_F(ClassesTest, PodsOfUnknownClassesAreForbidden) {
  ASSERT_EQ(
      Post(kRuntimes, R"({"metadata":{"name":"small"},"handler":"h","overhead":{"podFixed":{"cpu":"10m"}}})").code,
      201);
  ASSERT_EQ(Post(kRuntimes, R"({"metadata":{"name":"far"},"handler":"h","scheduling":{"nodeSelector":{"a":"b"},)"
                            R"("tolerations":[{"key":"k","operator":"Exists"}]}})")
                .code,
            201);
  const struct {
    const char* name;
    const char* spec;
    const char* message;
  } cases[] = {
      {"an unknown priority", R"(,"priorityClassName":"x")",
       "pods \"p\" is forbidden: no PriorityClass with name x was found"},
      {"a priority of its own", R"(,"priority":5)",
       "pods \"p\" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority "
       "admission "
       "controller computed 0 from the given PriorityClass name"},
      {"a policy of its own", R"(,"preemptionPolicy":"Never")",
       "pods \"p\" is forbidden: the string value of PreemptionPolicy (Never) must not be provided in pod spec; "
       "priority "
       "admission controller computed PreemptLowerPriority from the given PriorityClass name"},
      {"an unknown runtime", R"(,"runtimeClassName":"x")",
       "pods \"p\" is forbidden: pod rejected: RuntimeClass \"x\" not found"},
      {"an overhead of its own", R"(,"overhead":{"cpu":"1"})",
       "pods \"p\" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"},
      {"another overhead than its runtime's", R"(,"runtimeClassName":"small","overhead":{"cpu":"1"})",
       "pods \"p\" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"},
      {"another node than its runtime's", R"(,"runtimeClassName":"far","nodeSelector":{"a":"c"})",
       "pods \"p\" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[a] = b; pod.spec.nodeSelector[a] = c"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer answer = Post(kPods, Pod("p", c.spec));
    EXPECT_EQ(answer.code, 403) << answer.text;
    EXPECT_EQ(answer.Text({"message"}), c.message);
    EXPECT_EQ(answer.Text({"details", "kind"}), "pods");
  }
  const Answer small = Post(kPods, Pod("s", R"(,"runtimeClassName":"small")"));
  EXPECT_EQ(small.Text({"spec", "overhead", "cpu"}), "10m") << small.text;
  const Answer far = Post(kPods, Pod("f", R"(,"runtimeClassName":"far")"));
  EXPECT_EQ(far.Text({"spec", "nodeSelector", "a"}), "b") << far.text;
  EXPECT_NE(far.text.find(R"({"key":"k","operator":"Exists"})"), std::string::npos);
}

TEST_F(ClassesTest, ClaimsThatNameNoneAreOfTheNewestDefaultClass) {
  const auto claim = [&](const std::string& name, const std::string& more) {
    return Post(kClaims, R"({"metadata":{"name":")" + name +
                             R"("},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1"}})" +
                             more + "}}");
  };
  EXPECT_EQ(Find(claim("a", "").json, {"spec", "storageClassName"}), nullptr) << "there is no class";
  const std::string marked =
      R"(,"annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"a.b/c"})";
  ASSERT_EQ(Post(kStorage, R"({"metadata":{"name":"old")" + marked).code, 201);
  EXPECT_EQ(claim("b", "").Text({"spec", "storageClassName"}), "old");
  clock_.Advance(std::chrono::seconds(5));
  ASSERT_EQ(Post(kStorage, R"({"metadata":{"name":"new")" + marked).code, 201);
  ASSERT_EQ(Post(kStorage, R"({"metadata":{"name":"other"},"provisioner":"a.b/c"})").code, 201);
  EXPECT_EQ(claim("c", "").Text({"spec", "storageClassName"}), "new");
  EXPECT_EQ(claim("d", R"(,"storageClassName":"")").Text({"spec", "storageClassName"}), "");
}

TEST_F(ClassesTest, NodesThatAreNotReadyTakeNoPods) {
  const Answer fresh = Post("/api/v1/nodes", R"({"metadata":{"name":"a"}})");
  EXPECT_NE(fresh.text.find(R"("taints":[{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}])"),
            std::string::npos)
      << fresh.text;
  const Answer ready =
      Post("/api/v1/nodes", R"({"metadata":{"name":"b"},"status":{"conditions":[{"type":"Ready","status":"True"}]}})");
  EXPECT_EQ(ready.code, 201) << ready.text;
  EXPECT_EQ(Find(ready.json, {"spec", "taints"}), nullptr) << "its agent says that it is";
}

struct Row {
  const char* name;
  const char* path;
  const char* body;
  const char* columns;
  const char* cells;
};

TEST_F(ClassesTest, TablesAreThoseOfKubernetes) {
  const Row cases[] = {
      {"a template", "/api/v1/namespaces/d/podtemplates",
       R"({"metadata":{"name":"a"},"template":{"metadata":{"labels":{"x":"y"}},"spec":{"containers":[{"name":"c","image":"i"}]}}})",
       "Name,Containers,Images,Pod Labels", R"(["a","c","i","x=y"])"},
      {"a controller", "/api/v1/namespaces/d/replicationcontrollers",
       R"({"metadata":{"name":"a"},"spec":{"template":{"metadata":{"labels":{"x":"y"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})",
       "Name,Desired,Current,Ready,Age,Containers,Images,Selector", R"(["a",1,0,0,"0s","c","i","x=y"])"},
      {"a quota", "/api/v1/namespaces/d/resourcequotas", R"({"metadata":{"name":"a"},"spec":{"hard":{"pods":"1"}}})",
       "Name,Age,Request,Limit", R"(["a","0s","",""])"},
      {"a budget", "/apis/policy/v1/namespaces/d/poddisruptionbudgets",
       R"({"metadata":{"name":"a"},"spec":{"minAvailable":"50%"}})",
       "Name,Min Available,Max Unavailable,Allowed Disruptions,Age", R"(["a","50%","N/A",0,"0s"])"},
      {"an autoscaler", "/apis/autoscaling/v1/namespaces/d/horizontalpodautoscalers",
       R"({"metadata":{"name":"a"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"w"},"maxReplicas":3}})",
       "Name,Reference,Targets,MinPods,MaxPods,Replicas,Age",
       R"(["a","Deployment/w","cpu: <unknown>/80%","1",3,0,"0s"])"},
      {"a policy", "/apis/networking.k8s.io/v1/namespaces/d/networkpolicies",
       R"({"metadata":{"name":"a"},"spec":{"podSelector":{"matchLabels":{"x":"y"}}}})", "Name,Pod-Selector,Age",
       R"(["a","x=y","0s"])"},
      {"a storage class", kStorage,
       R"({"metadata":{"name":"a","annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"x.y/z"})",
       "Name,Provisioner,ReclaimPolicy,VolumeBindingMode,AllowVolumeExpansion,Age",
       R"x(["a (default)","x.y/z","Delete","Immediate",false,"0s"])x"},
      {"a driver", "/apis/storage.k8s.io/v1/csidrivers",
       R"({"metadata":{"name":"a"},"spec":{"tokenRequests":[{"audience":"x"}]}})",
       "Name,AttachRequired,PodInfoOnMount,StorageCapacity,TokenRequests,RequiresRepublish,Modes,Age",
       R"(["a",true,false,false,"x",false,"Persistent","0s"])"},
      {"a node with drivers", "/apis/storage.k8s.io/v1/csinodes",
       R"({"metadata":{"name":"a"},"spec":{"drivers":[{"name":"x","nodeID":"n"}]}})", "Name,Drivers,Age",
       R"(["a",1,"0s"])"},
      {"an attachment", "/apis/storage.k8s.io/v1/volumeattachments",
       R"({"metadata":{"name":"a"},"spec":{"attacher":"x","nodeName":"n","source":{"persistentVolumeName":"v"}}})",
       "Name,Attacher,PV,Node,Attached,Age", R"(["a","x","v","n",false,"0s"])"},
      {"room for volumes", "/apis/storage.k8s.io/v1/namespaces/d/csistoragecapacities",
       R"({"metadata":{"name":"a"},"storageClassName":"fast","capacity":"5Gi","nodeTopology":{}})",
       "Name,StorageClassName,Capacity", R"(["a","fast","5Gi"])"},
      {"room for volumes that nobody knows", "/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities",
       R"({"metadata":{"name":"a"},"storageClassName":"fast"})", "Name,StorageClassName,Capacity",
       R"(["a","fast","<unset>"])"},
      {"a range of service addresses", "/apis/networking.k8s.io/v1/servicecidrs",
       R"({"metadata":{"name":"a"},"spec":{"cidrs":["10.0.0.0/8","fd00::/64"]}})", "Name,CIDRs,Age",
       R"(["a","10.0.0.0/8,fd00::/64","0s"])"},
      {"a priority", kPriorities, R"({"metadata":{"name":"a"},"value":5})",
       "Name,Value,Global-Default,Age,PreemptionPolicy", R"(["a",5,false,"0s","PreemptLowerPriority"])"},
      {"a runtime", kRuntimes, R"({"metadata":{"name":"a"},"handler":"h"})", "Name,Handler,Age", R"(["a","h","0s"])"},
  };
  for (const Row& c : cases) {
    SCOPED_TRACE(c.name);
    const Answer made = Post(c.path, c.body);
    ASSERT_EQ(made.code, 201) << made.text;
    const Answer table =
        Call("GET", std::string(c.path) + "/a", "", {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
    ASSERT_EQ(table.code, 200) << table.text;
    std::string columns;
    for (const Json& column : Find(table.json, "columnDefinitions")->GetArray()) {
      columns += (columns.empty() ? "" : ",") + std::string(FindString(column, {"name"}));
    }
    EXPECT_EQ(columns, c.columns);
    EXPECT_EQ(WriteJson(*Find((*Find(table.json, "rows"))[0], "cells")), c.cells);
  }
}

TEST_F(ClassesTest, QuotasShowWhatIsUsed) {
  const std::string quotas = "/api/v1/namespaces/d/resourcequotas";
  ASSERT_EQ(Post(quotas, R"({"metadata":{"name":"a"},"spec":{"hard":{"pods":"4"}}})").code, 201);
  ASSERT_EQ(Patch(quotas + "/a/status", "merge-patch+json",
                  R"({"status":{"hard":{"pods":"4","limits.cpu":"2"},"used":{"pods":"1","limits.cpu":"500m"}}})")
                .code,
            200);
  const Answer table = Call("GET", quotas, "", {{"Accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
  EXPECT_NE(table.text.find(R"(["a","0s","pods: 1/4","limits.cpu: 500m/2"])"), std::string::npos) << table.text;
}

}  // namespace
}  // namespace croft::server
