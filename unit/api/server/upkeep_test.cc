#include "unit/api/server/api_fixture.h"

namespace croft::server {
namespace {

using namespace std::chrono_literals;

constexpr const char* kCertificate = "/api/v1/namespaces/d/configmaps/kube-root-ca.crt";
constexpr const char* kAccount = "/api/v1/namespaces/d/serviceaccounts/default";
constexpr const char* kService = "/api/v1/namespaces/default/services/kubernetes";
constexpr const char* kEndpoints = "/api/v1/namespaces/default/endpoints/kubernetes";
constexpr const char* kSlice = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes";
constexpr const char* kRange = "/apis/networking.k8s.io/v1/servicecidrs/kubernetes";

class UpkeepTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    Restart();
  }
  void Restart() { StartServer(clock_, random_, &executor_); }
  void Announce(const std::string& address, int port = 6443) {
    const Status announced = api_->Announce(address, port);
    ASSERT_TRUE(announced.ok()) << announced.message();
  }
  // "10.0.0.1:6443" by the Endpoints and the EndpointSlice, which must agree; empty: neither is there.
  std::string Told() {
    const Answer endpoints = Get(kEndpoints);
    const Answer slice = Get(kSlice);
    EXPECT_EQ(endpoints.code, slice.code);
    if (endpoints.code != 200) return "";
    const auto text = [](const Json& list, const char* port_list, const std::string& address) {
      const Json& port = (*Find(list, port_list))[0];
      EXPECT_EQ(FindString(port, {"name"}), "https");
      EXPECT_EQ(FindString(port, {"protocol"}), "TCP");
      return address + ":" + std::to_string(FindInt(port, {"port"}));
    };
    const Json& subset = (*Find(endpoints.json, "subsets"))[0];
    const Json& endpoint = (*Find(slice.json, "endpoints"))[0];
    EXPECT_EQ(slice.Text({"metadata", "labels", "kubernetes.io/service-name"}), "kubernetes");
    EXPECT_EQ(endpoints.Text({"metadata", "labels", "endpointslice.kubernetes.io/skip-mirror"}), "true");
    EXPECT_TRUE(FindBool(endpoint, {"conditions", "ready"}));
    const std::string told = text(subset, "ports", std::string(FindString((*Find(subset, "addresses"))[0], {"ip"})));
    EXPECT_EQ(text(slice.json, "ports", std::string(AsView((*Find(endpoint, "addresses"))[0]))), told);
    return told;
  }
};

TEST_F(UpkeepTest, WhatEveryNamespaceHasIsPutBack) {
  const std::string certificate = Get(kCertificate).Text({"data", "ca.crt"});
  ASSERT_FALSE(certificate.empty());
  const struct {
    const char* name;
    std::function<Answer()> harm;
  } cases[] = {
      {"the certificate is deleted", [this] { return Delete(kCertificate); }},
      {"the account is deleted", [this] { return Delete(kAccount); }},
      {"both are deleted", [this] { return Delete(kAccount), Delete(kCertificate); }},
      {"the certificate is changed",
       [this] { return Patch(kCertificate, "merge-patch+json", R"({"data":{"ca.crt":"mine"}})"); }},
      {"the certificate gets company",
       [this] { return Patch(kCertificate, "merge-patch+json", R"({"data":{"more":"mine"}})"); }},
      {"its data are taken away", [this] { return Patch(kCertificate, "merge-patch+json", R"({"data":null})"); }},
  };
  for (const auto& c : cases) {
    const Answer harmed = c.harm();
    ASSERT_EQ(harmed.code, 200) << c.name << harmed.text;
    ASSERT_TRUE(executor_.Advance(1s)) << c.name;
    EXPECT_EQ(Get(kAccount).code, 200) << c.name;
    const Answer mended = Get(kCertificate);
    EXPECT_EQ(mended.Text({"data", "ca.crt"}), certificate) << c.name;
    EXPECT_EQ(Find(mended.json, "data")->MemberCount(), 1u) << c.name;
    const uint64_t revision = store_->Revision();
    ASSERT_TRUE(executor_.Advance(1min)) << c.name;
    EXPECT_EQ(store_->Revision(), revision) << c.name << ": what is right is not written";
  }
}

TEST_F(UpkeepTest, WhatElseIsSaidOfTheCertificateStays) {
  Patch(kCertificate, "merge-patch+json", R"({"metadata":{"labels":{"mine":"yes"}},"data":{"ca.crt":"mine"}})");
  ASSERT_TRUE(executor_.Advance(1s));
  EXPECT_EQ(Get(kCertificate).Text({"metadata", "labels", "mine"}), "yes");
}

TEST_F(UpkeepTest, NothingIsPutBackIntoANamespaceThatEnds) {
  ASSERT_EQ(Delete("/api/v1/namespaces/d").code, 200);
  Delete(kCertificate);
  Delete(kAccount);
  const uint64_t revision = store_->Revision();
  ASSERT_TRUE(executor_.Advance(1min));
  EXPECT_EQ(store_->Revision(), revision);
  EXPECT_EQ(Get(kCertificate).code, 404);
}

TEST_F(UpkeepTest, WhatGoesByAndByIsPutBackOnceItHasGone) {
  Patch(kAccount, "merge-patch+json", R"({"metadata":{"finalizers":["x/y"]}})");
  Delete(kAccount);
  ASSERT_TRUE(executor_.Advance(1s));
  EXPECT_FALSE(Get(kAccount).Text({"metadata", "deletionTimestamp"}).empty());
  Patch(kAccount, "merge-patch+json", R"({"metadata":{"finalizers":null}})");
  ASSERT_TRUE(executor_.Advance(1s));
  EXPECT_EQ(Get(kAccount).code, 200);
  EXPECT_TRUE(Get(kAccount).Text({"metadata", "deletionTimestamp"}).empty());
}

TEST_F(UpkeepTest, TheServiceOfTheApiLeadsToWhereItListens) {
  EXPECT_EQ(Told(), "") << "nobody has said where it is";
  const struct {
    const char* name;
    const char* address;
    int port;
    const char* want;
  } cases[] = {
      {"as it is announced", "192.168.1.10", 6443, "192.168.1.10:6443"},
      {"the port has changed", "192.168.1.10", 7443, "192.168.1.10:7443"},
      {"the address has changed", "192.168.1.11", 7443, "192.168.1.11:7443"},
      {"the address is of the other family now", "fd00::1", 7443, "fd00::1:7443"},
      {"an address of this machine alone is none for others", "127.0.0.1", 7443, ""},
      {"and back", "192.168.1.10", 6443, "192.168.1.10:6443"},
      {"a name is no address", "lab.home.arpa", 6443, ""},
  };
  for (const auto& c : cases) {
    Restart();
    Announce(c.address, c.port);
    EXPECT_EQ(Told(), c.want) << c.name;
    const JsonDocument service = std::move(Get(kService).json);
    EXPECT_EQ(FindInt((*Find(service, {"spec", "ports"}))[0], {"targetPort"}), c.port) << c.name;
    ASSERT_TRUE(executor_.Advance(1s)) << c.name;
    const uint64_t revision = store_->Revision();
    Restart();
    Announce(c.address, c.port);
    ASSERT_TRUE(executor_.Advance(1s)) << c.name;
    EXPECT_EQ(store_->Revision(), revision) << c.name << ": the same again is not written";
  }
}

TEST_F(UpkeepTest, WhereTheApiIsIsPutBack) {
  Announce("192.168.1.10");
  const std::string service_address = Get(kService).Text({"spec", "clusterIP"});
  const struct {
    const char* name;
    std::function<Answer()> harm;
  } cases[] = {
      {"the Endpoints are deleted", [this] { return Delete(kEndpoints); }},
      {"the slice is deleted", [this] { return Delete(kSlice); }},
      {"the Service is deleted", [this] { return Delete(kService); }},
      {"the Endpoints are emptied", [this] { return Patch(kEndpoints, "merge-patch+json", R"({"subsets":null})"); }},
      {"the slice is of another Service",
       [this] {
         return Patch(kSlice, "merge-patch+json", R"({"metadata":{"labels":{"kubernetes.io/service-name":"x"}}})");
       }},
  };
  for (const auto& c : cases) {
    const Answer harmed = c.harm();
    ASSERT_EQ(harmed.code, 200) << c.name << harmed.text;
    ASSERT_TRUE(executor_.Advance(1s)) << c.name;
    EXPECT_EQ(Told(), "192.168.1.10:6443") << c.name;
    EXPECT_EQ(Get(kService).Text({"spec", "clusterIP"}), service_address) << c.name;
  }
}

TEST_F(UpkeepTest, TheRangeOfServicesIsToldAndPutBack) {
  const auto told = [this] {
    const Answer range = Get(kRange);
    const Json* ranges = Find(range.json, {"spec", "cidrs"});
    const Json* conditions = Find(range.json, {"status", "conditions"});
    return (ranges == nullptr ? "" : WriteJson(*ranges)) + (conditions == nullptr ? "" : WriteJson(*conditions));
  };
  const std::string at = FormatTime(clock_.Now());
  const std::string first = told();
  EXPECT_EQ(first, R"(["10.96.0.0/16"][{"type":"Ready","status":"True","lastTransitionTime":")" + at +
                       R"(","reason":"","message":"Kubernetes Service CIDR is ready"}])");
  EXPECT_EQ(Find(Get(kRange).json, {"metadata", "finalizers"}), nullptr);
  const std::string mine = R"({"metadata":{"name":"kubernetes"},"spec":{"cidrs":["10.0.0.0/8"]}})";
  const struct {
    const char* name;
    std::function<Answer()> harm;
    std::string want;  // empty: as at first
  } cases[] = {
      {"it is deleted", [this] { return Delete(kRange); }, ""},
      {"it is made anew with another range",
       [this, &mine] {
         Delete(kRange);
         return Post("/apis/networking.k8s.io/v1/servicecidrs", mine);
       },
       ""},
      {"it is not ready any more",
       [this] {
         return Patch(std::string(kRange) + "/status", "merge-patch+json",
                      R"({"status":{"conditions":[{"type":"Ready","status":"False","reason":"Mine","message":"",)"
                      R"("lastTransitionTime":"2026-01-01T00:00:00Z"}]}})");
       },
       ""},
      {"it says nothing any more",
       [this] { return Patch(std::string(kRange) + "/status", "merge-patch+json", R"({"status":null})"); }, ""},
      {"a second family joins it",
       [this] { return Patch(kRange, "merge-patch+json", R"({"spec":{"cidrs":["10.96.0.0/16","fd00::/64"]}})"); },
       R"(["10.96.0.0/16","fd00::/64"])" + first.substr(first.find(']') + 1)},
  };
  for (const auto& c : cases) {
    const Answer harmed = c.harm();
    ASSERT_LT(harmed.code, 300) << c.name << harmed.text;
    ASSERT_TRUE(executor_.Advance(1s)) << c.name;
    std::string now = told();
    const size_t time = now.find(R"("lastTransitionTime":")");
    ASSERT_NE(time, std::string::npos) << c.name << now;
    now.replace(time + 22, at.size(), at);
    EXPECT_EQ(now, c.want.empty() ? first : c.want) << c.name;
    const uint64_t revision = store_->Revision();
    Restart();
    ASSERT_TRUE(executor_.Advance(1min)) << c.name;
    EXPECT_EQ(store_->Revision(), revision) << c.name << ": what is right is not written";
  }
}

}  // namespace
}  // namespace croft::server
