#include "operator/ingress/haproxy_config.h"

#include <gtest/gtest.h>

#include "operator/ingress/haproxy_runtime.h"
#include "operator/ingress/names.h"

namespace croft::ingress {
namespace {

HaproxySettings Settings() {
  HaproxySettings settings;
  settings.directory = "/var/lib/croft/ingress";
  settings.http = {{"0.0.0.0:80"}};
  settings.https = {{"0.0.0.0:443"}};
  return settings;
}

RoutingModel Model() {
  RoutingModel model;
  model.backends = {{"ns_a_80", {{"u1", "10.0.0.1", 8080, false}, {"u2", "10.0.0.2", 8080, true}}}};
  model.routes = {{"a.test", "/foo", PathMatch::kPrefix, "ns_a_80", true}, {"*.b.test", "/x", PathMatch::kExact, ""}};
  model.certificates = {{"ns_c", "-----BEGIN X-----\r\n\r\nab\n-----END X-----\n", {"a.test"}}};
  return model;
}

TEST(HaproxyConfig, PutsRoutesIntoMapsAndServersIntoTheirBackend) {
  Result<HaproxyState> state = RenderHaproxy(Model(), Settings());
  ASSERT_TRUE(state.ok()) << state.status().message();
  EXPECT_EQ(state->prefix_map, "a.test/foo/ ns_a_80:r\n");
  EXPECT_EQ(state->exact_map, "*.b.test/x croft-none\n");
  EXPECT_EQ(state->certificates["ns_c"].pem, "-----BEGIN X-----\nab\n-----END X-----\n");
  auto files = HaproxyFiles(*state, Settings());
  EXPECT_NE(files["haproxy.cfg"].find("backend ns_a_80\n  balance roundrobin\n  server s_10.0.0.1_8080 "
                                      "10.0.0.1:8080 weight 100 check inter 500ms"),
            std::string::npos)
      << files["haproxy.cfg"];
  EXPECT_NE(files["haproxy.cfg"].find("10.0.0.2:8080 weight 0 "), std::string::npos);
  EXPECT_NE(files["certificates.list"].find("/certs/ns_c.pem a.test\n"), std::string::npos);
  EXPECT_EQ(files.count("certs/ns_c.pem"), 1u);
}

TEST(HaproxyConfig, RefusesWhateverCouldBeReadAsHaproxysOwnLanguage) {
  const std::string hostile[] = {"a\nbackend evil",      "a b",  "a\"b", "a'b", "a#b",    "a\\b", "a;b",
                                 std::string("a\0b", 3), "a\tb", "a{b}", "$a",  "%[src]", "-x",   "a\r"};
  for (const std::string& text : hostile) {
    RoutingModel host = Model();
    host.routes[0].host = text;
    EXPECT_TRUE(RenderHaproxy(host, Settings()).status().IsInvalid()) << "host " << text;
    RoutingModel backend = Model();
    backend.backends[0].name = text;
    EXPECT_TRUE(RenderHaproxy(backend, Settings()).status().IsInvalid()) << "backend " << text;
    RoutingModel address = Model();
    address.backends[0].endpoints[0].ip = text;
    EXPECT_TRUE(RenderHaproxy(address, Settings()).status().IsInvalid()) << "address " << text;
    RoutingModel name = Model();
    name.certificates[0].name = text;
    EXPECT_TRUE(RenderHaproxy(name, Settings()).status().IsInvalid()) << "certificate " << text;
    RoutingModel sni = Model();
    sni.certificates[0].hosts = {text};
    EXPECT_TRUE(RenderHaproxy(sni, Settings()).status().IsInvalid()) << "SNI " << text;
    HaproxySettings settings = Settings();
    settings.directory = "/" + text;
    if (text == "-x") continue;  // harmless within a path
    EXPECT_TRUE(RenderHaproxy(Model(), settings).status().IsInvalid()) << "directory " << text;
  }
  for (const std::string& text : {std::string("/a b"), std::string("/a\nb"), std::string("x"), std::string("/\t"),
                                  "/" + std::string(2000, 'x'), std::string("/\xc3\xa4")}) {
    RoutingModel path = Model();
    path.routes[0].path = text;
    EXPECT_TRUE(RenderHaproxy(path, Settings()).status().IsInvalid()) << "path " << text;
  }
  for (const char* name : {"../../etc/passwd", "croft-state", "..", "a/b", ""}) {
    RoutingModel model = Model();
    model.certificates[0].name = name;
    EXPECT_TRUE(RenderHaproxy(model, Settings()).status().IsInvalid()) << name;
  }
}

TEST(HaproxyConfig, RefusesSettingsThatCanNotWorkAndNamesThem) {
  struct Case {
    const char* name;
    void (*change)(HaproxySettings&);
    const char* told;
  } cases[] = {
      {"a long directory", [](HaproxySettings& s) { s.directory = "/" + std::string(100, 'x'); }, "80"},
      {"an address without port", [](HaproxySettings& s) { s.http[0].address = "0.0.0.0"; }, "0.0.0.0"},
      {"metrics for everybody", [](HaproxySettings& s) { s.metrics_address = "0.0.0.0:9101"; }, "loopback"},
      {"a proxy that is no address", [](HaproxySettings& s) { s.trusted_proxies = {"a b"}; }, "trusted proxy"},
  };
  for (const Case& c : cases) {
    HaproxySettings settings = Settings();
    c.change(settings);
    const Status status = RenderHaproxy(Model(), settings).status();
    EXPECT_TRUE(status.IsInvalid()) << c.name;
    EXPECT_NE(status.message().find(c.told), std::string::npos) << status.message();
  }
}

TEST(RuntimeChange, IsPossibleForAllButFramesAndNewBackends) {
  const HaproxyState from = *RenderHaproxy(Model(), Settings());
  struct Case {
    const char* name;
    void (*change)(RoutingModel&);
    bool possible;
  } cases[] = {
      {"nothing", [](RoutingModel&) {}, true},
      {"an endpoint comes",
       [](RoutingModel& m) {
         m.backends[0].endpoints.push_back({"u3", "10.0.0.3", 80, false});
       },
       true},
      {"an endpoint goes", [](RoutingModel& m) { m.backends[0].endpoints.pop_back(); }, true},
      {"a route goes", [](RoutingModel& m) { m.routes.pop_back(); }, true},
      {"a certificate comes",
       [](RoutingModel& m) {
         m.certificates.push_back({"ns_d", "x\n", {"d.test"}});
       },
       true},
      {"a certificate is too large for a command",
       [](RoutingModel& m) { m.certificates[0].pem = std::string(20000, 'x') + "\n"; }, false},
      {"a backend goes",
       [](RoutingModel& m) {
         m.routes.clear();
         m.backends.clear();
       },
       true},
      {"a backend comes",
       [](RoutingModel& m) {
         m.backends.push_back({"ns_b_80", {}});
       },
       false},
      {"an endpoint is a name", [](RoutingModel& m) { m.backends[0].endpoints[0].ip = "nas.home.arpa"; }, false},
  };
  for (const Case& c : cases) {
    RoutingModel model = Model();
    c.change(model);
    Result<HaproxyState> to = RenderHaproxy(model, Settings());
    ASSERT_TRUE(to.ok()) << to.status().message();
    EXPECT_EQ(PlanRuntimeChange(from, *to, {}, Settings()).possible, c.possible) << c.name;
  }
}

TEST(RuntimeChange, BringsEndpointsBeforeTheRoutesThatNeedThemAndTakesThemAfter) {
  const HaproxyState from = *RenderHaproxy(Model(), Settings());
  RoutingModel model = Model();
  model.backends[0].endpoints = {{"u3", "10.0.0.3", 80, false}};
  model.routes.push_back({"new.test", "/", PathMatch::kPrefix, "ns_a_80"});
  const RuntimeChange change = PlanRuntimeChange(from, *RenderHaproxy(model, Settings()), {}, Settings());
  size_t added = 0, committed = 0, retired = 0;
  for (size_t i = 0; i < change.commands.size(); ++i) {
    if (change.commands[i].text.rfind("add server", 0) == 0) added = i;
    if (change.commands[i].text.rfind("commit map", 0) == 0) committed = i;
    if (retired == 0 && change.commands[i].text.find("state maint") != std::string::npos) retired = i;
  }
  EXPECT_LT(added, committed);
  EXPECT_LT(committed, retired);
  EXPECT_EQ(change.retired.size(), 2u);
}

TEST(Names, AreMadeSafeWithoutMeeting) {
  EXPECT_EQ(SafeName("ns_web_80"), "ns_web_80");
  EXPECT_TRUE(IsSafeName(SafeName("ns__fd00::1_80")));
  EXPECT_NE(SafeName("a b"), SafeName("a\tb"));
  EXPECT_TRUE(IsSafeName(SafeName(std::string(500, 'x'))));
}

}  // namespace
}  // namespace croft::ingress
