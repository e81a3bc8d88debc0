#include "operator/ingress/routing_plan.h"

#include <gtest/gtest.h>

#include "api/base/base64.h"
#include "api/object/yaml.h"
#include "api/pki/authority.h"

namespace croft::ingress {
namespace {

template <class T>
Ref<T> Make(const std::string& json) {
  Result<ObjectPtr> object = Object::Parse(json);
  if (!object.ok()) {
    ADD_FAILURE() << object.status().message() << " in " << json;
    return std::make_shared<const T>();
  }
  Result<T> value = types::FromObject<T>(**object);
  EXPECT_TRUE(value.ok()) << value.status().message();
  return std::make_shared<const T>(*value);
}

std::string MetaJson(const std::string& name, const std::string& created = "2026-01-01T00:00:00Z",
                     const std::string& extra = "") {
  return R"("metadata":{"name":")" + name + R"(","namespace":"ns","uid":"uid-)" + name + created +
         R"(","creationTimestamp":")" + created + "\"" + extra + "}";
}

Ref<types::Ingress> NetworkIngress(const std::string& name, const std::string& spec,
                                   const std::string& created = "2026-01-01T00:00:00Z", const std::string& extra = "") {
  return Make<types::Ingress>(R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress",)" +
                              MetaJson(name, created, extra) + R"(,"spec":)" + spec + "}");
}

Ref<types::lab::Ingress> LabIngress(const std::string& name, const std::string& spec) {
  return Make<types::lab::Ingress>(R"({"apiVersion":"croft.lab/v1","kind":"Ingress",)" + MetaJson(name) +
                                   R"(,"spec":)" + spec + "}");
}

// A rule of a host with one path to a Service.
std::string Rule(const std::string& host, const std::string& path, const std::string& service,
                 const std::string& type = "Prefix", const std::string& port = R"("number":80)") {
  return R"({"host":")" + host + R"(","http":{"paths":[{"path":")" + path + R"(","pathType":")" + type +
         R"(","backend":{"service":{"name":")" + service + R"(","port":{)" + port + "}}}}]}}";
}

class WorldBuilder {
 public:
  WorldBuilder& Service(const std::string& name, const std::string& ports = R"([{"name":"http","port":80}])",
                        const std::string& more = "") {
    world_.services[{"ns", name}] = Make<types::Service>(R"({"apiVersion":"v1","kind":"Service",)" + MetaJson(name) +
                                                         R"(,"spec":{"ports":)" + ports + more + "}}");
    return *this;
  }
  // `endpoints` is JSON; "%R" in it stands for a ready pod's conditions.
  WorldBuilder& Slice(const std::string& service, const std::string& endpoints,
                      const std::string& ports = R"([{"name":"http","port":8080}])") {
    world_.slices.emplace(Key{"ns", service},
                          Make<types::EndpointSlice>(R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice",)" +
                                                     MetaJson(service) + R"(,"addressType":"IPv4","endpoints":)" +
                                                     endpoints + R"(,"ports":)" + ports + "}"));
    return *this;
  }
  WorldBuilder& Ready(const std::string& service) {
    Service(service);
    return Slice(service, R"([{"addresses":["10.0.0.1"],"conditions":{"ready":true}}])");
  }
  WorldBuilder& TlsSecret(const std::string& name, const std::string& certificate, const std::string& key) {
    world_.secrets[{"ns", name}] = Make<types::Secret>(
        R"({"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/tls",)" + MetaJson(name) +
        R"(,"data":{"tls.crt":")" + Base64Encode(certificate) + R"(","tls.key":")" + Base64Encode(key) + "\"}}");
    return *this;
  }
  WorldBuilder& Add(Ref<types::Ingress> ingress) {
    ingresses_.push_back(std::move(ingress));
    return *this;
  }
  WorldBuilder& Add(Ref<types::lab::Ingress> ingress) {
    lab_ingresses_.push_back(std::move(ingress));
    return *this;
  }
  RoutingPlan Plan() {
    world_.ingresses = DeclareAll(ingresses_, lab_ingresses_, {});
    return PlanRoutes(world_);
  }

 private:
  World world_;
  std::vector<Ref<types::Ingress>> ingresses_;
  std::vector<Ref<types::lab::Ingress>> lab_ingresses_;
};

pki::KeyPair NewPair() {
  const WallTime now = std::chrono::system_clock::now();
  Result<pki::Authority> ca = pki::Authority::Create("ca", now, std::chrono::hours(1));
  pki::CertificateSpec spec;
  spec.names.dns = {"a.test"};
  spec.not_before = now;
  spec.not_after = now + std::chrono::hours(1);
  return *ca->IssueWithNewKey(spec);
}

std::vector<std::string> Describe(const RoutingPlan& plan) {
  std::vector<std::string> out;
  for (const Route& route : plan.model.routes) {
    out.push_back(route.host + (route.match == PathMatch::kExact ? "=" : "") + route.path + " " + route.backend +
                  (route.redirect_to_https ? " r" : ""));
  }
  return out;
}

using Lines = std::vector<std::string>;

TEST(Routes, StandInTheOrderOfTheirPrecision) {
  WorldBuilder world;
  for (const char* name : {"a", "b", "c"}) world.Ready(name);
  world.Add(NetworkIngress("one", R"({"rules":[)" + Rule("", "/", "a") + "," + Rule("*.test", "/", "b") + "," +
                                      Rule("x.test", "/", "c") + "," + Rule("x.test", "/foo/", "a") + "," +
                                      Rule("x.test", "/foo/bar", "b", "ImplementationSpecific") + "," +
                                      Rule("x.test", "/foo", "c", "Exact") + "]}"));
  EXPECT_EQ(Describe(world.Plan()), (Lines{"x.test=/foo ns_c_80", "x.test/foo/bar ns_b_80", "x.test/foo ns_a_80",
                                           "x.test/ ns_c_80", "*.test/ ns_b_80", "/ ns_a_80"}));
}

TEST(Routes, OfTwoIngressesTheOlderKeepsThePathAndTheOtherIsTold) {
  WorldBuilder world;
  world.Ready("a").Ready("b");
  world.Add(NetworkIngress("aa", R"({"rules":[)" + Rule("x.test", "/", "b") + "]}", "2026-02-01T00:00:00Z"));
  world.Add(NetworkIngress("zz", R"({"rules":[)" + Rule("x.test", "/", "a") + "]}", "2026-01-01T00:00:00Z"));
  const RoutingPlan plan = world.Plan();
  EXPECT_EQ(Describe(plan), (Lines{"x.test/ ns_a_80"}));
  ASSERT_EQ(plan.ingresses.size(), 2u);
  EXPECT_TRUE(plan.ingresses[0].issues.empty());
  ASSERT_EQ(plan.ingresses[1].issues.size(), 1u);
  EXPECT_EQ(plan.ingresses[1].issues[0].reason, "PathConflict");
  EXPECT_NE(plan.ingresses[1].issues[0].message.find("ns/zz"), std::string::npos);
}

TEST(Routes, ADefaultBackendTakesWhatIsLeft) {
  WorldBuilder world;
  world.Ready("a").Ready("d");
  world.Add(NetworkIngress("one", R"({"defaultBackend":{"service":{"name":"d","port":{"number":80}}},"rules":[)" +
                                      Rule("x.test", "/foo", "a") + "]}"));
  EXPECT_EQ(Describe(world.Plan()), (Lines{"x.test/foo ns_a_80", "x.test/ ns_d_80", "/ ns_d_80"}));
}

TEST(Routes, RedirectOnlyWhereTlsWasAskedForAndNotForbidden) {
  const std::string tls = R"(,"tls":[{"hosts":["x.test"],"secretName":"s"}]})";
  struct Case {
    const char* name;
    std::string spec;
    std::string annotations;
    bool redirects;
  } cases[] = {
      {"a host with tls redirects", R"({"rules":[)" + Rule("x.test", "/", "a") + "]" + tls, "", true},
      {"a host without tls does not", R"({"rules":[)" + Rule("y.test", "/", "a") + "]" + tls, "", false},
      {"an Ingress without tls does not", R"({"rules":[)" + Rule("x.test", "/", "a") + "]}", "", false},
      {"Croft's annotation forbids it", R"({"rules":[)" + Rule("x.test", "/", "a") + "]" + tls,
       R"(,"annotations":{"croft.lab/ssl-redirect":"false"})", false},
      {"nginx's annotation forbids it", R"({"rules":[)" + Rule("x.test", "/", "a") + "]" + tls,
       R"(,"annotations":{"nginx.ingress.kubernetes.io/ssl-redirect":"false"})", false},
      {"tls without hosts is for all of them", R"({"rules":[)" + Rule("x.test", "/", "a") + R"(],"tls":[{}]})", "",
       true},
  };
  for (const Case& c : cases) {
    WorldBuilder world;
    world.Ready("a").Add(NetworkIngress("one", c.spec, "2026-01-01T00:00:00Z", c.annotations));
    EXPECT_EQ(world.Plan().model.routes.at(0).redirect_to_https, c.redirects) << c.name;
  }
}

TEST(Routes, WithoutABackendAnswerUnavailableAndSayWhy) {
  struct Case {
    const char* name;
    std::string rule;
    std::string why;
  } cases[] = {
      {"no such Service", Rule("x.test", "/", "none"), "Service ns/none does not exist"},
      {"no such port number", Rule("x.test", "/", "a", "Prefix", R"("number":81)"), "has no TCP port 81"},
      {"no such port name", Rule("x.test", "/", "a", "Prefix", R"("name":"grpc")"), "has no TCP port grpc"},
  };
  for (const Case& c : cases) {
    WorldBuilder world;
    const RoutingPlan plan = world.Ready("a").Add(NetworkIngress("one", R"({"rules":[)" + c.rule + "]}")).Plan();
    EXPECT_EQ(plan.model.routes.at(0).backend, "") << c.name;
    ASSERT_EQ(plan.ingresses[0].waiting_backends.size(), 1u) << c.name;
    EXPECT_NE(plan.ingresses[0].waiting_backends[0].find(c.why), std::string::npos)
        << plan.ingresses[0].waiting_backends[0];
  }
  WorldBuilder world;
  const RoutingPlan plan =
      world.Service("idle").Add(NetworkIngress("one", R"({"rules":[)" + Rule("x.test", "/", "idle") + "]}")).Plan();
  EXPECT_EQ(plan.model.routes.at(0).backend, "ns_idle_80") << "waits for endpoints, needs no reload when they come";
  EXPECT_NE(plan.ingresses[0].waiting_backends.at(0).find("no ready endpoint"), std::string::npos);
}

TEST(Routes, ByPortNameAndNumberShareABackend) {
  WorldBuilder world;
  world.Ready("a");
  world.Add(NetworkIngress("one", R"({"rules":[)" + Rule("x.test", "/", "a", "Prefix", R"("name":"http")") + "," +
                                      Rule("y.test", "/", "a") + "]}"));
  const RoutingPlan plan = world.Plan();
  ASSERT_EQ(plan.model.backends.size(), 1u);
  EXPECT_EQ(plan.model.backends[0].endpoints, (std::vector<Endpoint>{{"10.0.0.1", "10.0.0.1", 8080, false}}));
}

TEST(Endpoints, AreTheReadyOnesAndTheEndingOnesWhenNothingElseIsThere) {
  const std::string ready = R"({"addresses":["10.0.0.1"],"conditions":{"ready":true}})";
  const std::string unready = R"({"addresses":["10.0.0.2"],"conditions":{"ready":false,"serving":false}})";
  const std::string ending =
      R"({"addresses":["10.0.0.3"],"conditions":{"ready":false,"serving":true,"terminating":true}})";
  const std::string gone =
      R"({"addresses":["10.0.0.4"],"conditions":{"ready":false,"serving":false,"terminating":true}})";
  struct Case {
    const char* name;
    std::string endpoints;
    Lines expected;
  } cases[] = {
      {"ready serves, ending drains",
       ready + "," + unready + "," + ending + "," + gone,
       {"10.0.0.1", "10.0.0.3 drains"}},
      {"ending serves when it is alone", unready + "," + ending + "," + gone, {"10.0.0.3"}},
      {"without conditions counts as ready", R"({"addresses":["10.0.0.5"]})", {"10.0.0.5"}},
      {"the same address twice counts once", ready + "," + ready, {"10.0.0.1"}},
  };
  for (const Case& c : cases) {
    WorldBuilder world;
    world.Service("a").Slice("a", "[" + c.endpoints + "]");
    const RoutingPlan plan = world.Add(NetworkIngress("one", R"({"rules":[)" + Rule("x.test", "/", "a") + "]}")).Plan();
    Lines got;
    for (const Endpoint& endpoint : plan.model.backends.at(0).endpoints) {
      got.push_back(endpoint.ip + (endpoint.draining ? " drains" : ""));
    }
    EXPECT_EQ(got, c.expected) << c.name;
  }
}

TEST(Backends, LeadToExternalNamesAndAddresses) {
  WorldBuilder world;
  world.Service("ext", "[]", R"(,"type":"ExternalName","externalName":"nas.home.arpa")");
  world.Add(NetworkIngress("one", R"({"rules":[)" + Rule("x.test", "/", "ext") + "]}"));
  world.Add(LabIngress(
      "two",
      R"({"rules":[{"host":"y.test","paths":[{"path":"/","backend":{"address":{"host":"10.9.9.9","port":8123}}}]},
    {"host":"bad.test","paths":[{"path":"/","backend":{"address":{"host":"a b","port":1}}}]}]})"));
  const RoutingPlan plan = world.Plan();
  ASSERT_EQ(plan.model.backends.size(), 2u);
  EXPECT_EQ(plan.model.backends[0].endpoints.at(0).ip, "10.9.9.9");
  EXPECT_EQ(plan.model.backends[1].endpoints.at(0), (Endpoint{"nas.home.arpa", "nas.home.arpa", 80, false}));
  EXPECT_EQ(plan.ingresses[1].waiting_backends.size(), 1u);
}

TEST(Backends, ThatAskForProtectionWhichIsMissingAreNotServed) {
  WorldBuilder world;
  world.Ready("a");
  world.Add(LabIngress("one", R"({"rules":[{"host":"x.test","paths":[{"path":"/","auth":{"basic":{"secretName":"s"}},
      "backend":{"labService":{"name":"a"}}}]}],"rateLimit":{"requests":5}})"));
  const RoutingPlan plan = world.Plan();
  EXPECT_EQ(plan.model.routes.at(0).backend, "");
  EXPECT_NE(plan.ingresses[0].waiting_backends.at(0).find("auth"), std::string::npos);
  EXPECT_EQ(plan.ingresses[0].issues.at(0).message, "spec.rateLimit is accepted but has no effect yet");
}

TEST(Certificates, ComeFromTheSecretOfTheEntryOrTheOneThatIsMade) {
  const pki::KeyPair pair = NewPair();
  WorldBuilder world;
  world.Ready("a").TlsSecret("own", pair.certificate_pem, pair.key_pem);
  world.TlsSecret("one-tls", pair.certificate_pem, pair.key_pem);
  world.TlsSecret("one-lab-tls", pair.certificate_pem, pair.key_pem);
  world.Add(NetworkIngress("one", R"({"rules":[)" + Rule("x.test", "/", "a") + "," + Rule("y.test", "/", "a") + "," +
                                      Rule("z.test", "/", "a") +
                                      R"(],"tls":[{"hosts":["x.test"],"secretName":"own"},{"hosts":["y.test"]}]})"));
  const RoutingPlan plan = world.Plan();
  Lines got;
  for (const ServedCertificate& certificate : plan.model.certificates) {
    got.push_back(certificate.name + " " + certificate.hosts.at(0));
  }
  EXPECT_EQ(got, (Lines{"ns_one-lab-tls z.test", "ns_one-tls y.test", "ns_own x.test"}));
  EXPECT_TRUE(plan.ingresses[0].waiting_certificates.empty());
}

TEST(Certificates, ThatTheProxyCouldNotLoadAreLeftOutWithAReason) {
  const pki::KeyPair pair = NewPair();
  const pki::KeyPair other = NewPair();
  struct Case {
    const char* name;
    std::string certificate;
    std::string key;
    const char* why;
  } cases[] = {
      {"garbage", "garbage", pair.key_pem, "no valid certificate"},
      {"another's key", pair.certificate_pem, other.key_pem, "not the key"},
      {"no key", pair.certificate_pem, "", "no private key"},
  };
  for (const Case& c : cases) {
    WorldBuilder world;
    world.Ready("a").TlsSecret("s", c.certificate, c.key);
    const RoutingPlan plan =
        world
            .Add(NetworkIngress("one", R"({"rules":[)" + Rule("x.test", "/", "a") + R"(],"tls":[{"secretName":"s"}]})"))
            .Plan();
    EXPECT_TRUE(plan.model.certificates.empty()) << c.name;
    ASSERT_EQ(plan.ingresses[0].waiting_certificates.size(), 1u) << c.name;
    EXPECT_NE(plan.ingresses[0].waiting_certificates[0].find(c.why), std::string::npos)
        << plan.ingresses[0].waiting_certificates[0];
  }
}

TEST(Classes, DecideWhoServes) {
  const auto one = [](const std::string& name, const std::string& controller, bool is_default) {
    return Make<types::IngressClass>(
        R"({"apiVersion":"networking.k8s.io/v1","kind":"IngressClass","metadata":{"name":")" + name + "\"" +
        (is_default ? R"(,"annotations":{"ingressclass.kubernetes.io/is-default-class":"true"})" : "") +
        R"(},"spec":{"controller":")" + controller + "\"}}");
  };
  const auto ours = one("croft", kControllerName, false);
  const auto ours_default = one("croft", kControllerName, true);
  const auto nginx = one("nginx", "k8s.io/ingress-nginx", false);
  const auto nginx_default = one("nginx", "k8s.io/ingress-nginx", true);
  struct Case {
    const char* name;
    std::string class_name;
    std::vector<Ref<types::IngressClass>> classes;
    bool serves;
  } cases[] = {
      {"no class and no classes", "", {}, true},
      {"no class, croft is the default", "", {ours_default, nginx}, true},
      {"no class, croft is the only one", "", {ours}, true},
      {"no class, another is the default", "", {ours, nginx_default}, false},
      {"no class, two and no default", "", {ours, nginx}, false},
      {"croft by name", "croft", {}, true},
      {"another by name", "nginx", {ours_default, nginx}, false},
      {"another by name that does not exist", "nginx", {ours_default}, true},
  };
  for (const Case& c : cases) EXPECT_EQ(ServesClass(c.class_name, c.classes), c.serves) << c.name;
}

TEST(Input, ThatIsNoHostOrPathIsLeftOutAndTold) {
  WorldBuilder world;
  world.Ready("a");
  world.Add(NetworkIngress("one", R"({"rules":[)" + Rule("x.test\\nbackend evil", "/", "a") + "," +
                                      Rule("ok.test", "/a b", "a") + "," + Rule("ok.test", "nope", "a") + "]}"));
  const RoutingPlan plan = world.Plan();
  EXPECT_TRUE(plan.model.routes.empty());
  EXPECT_EQ(plan.ingresses[0].issues.size(), 3u);
}

}  // namespace
}  // namespace croft::ingress
