#include "operator/network/plan.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

namespace croft::network {
namespace {

using ::testing::ElementsAre;

types::Node MakeNode(const std::string& name, const std::string& range, const std::string& address,
                     const std::string& created = "2026-01-01T00:00:00Z") {
  types::Node node;
  node.metadata.name = name;
  node.metadata.creation_timestamp = created;
  node.spec.pod_cidr = range;
  if (!address.empty()) node.status.addresses = {{"Hostname", name}, {"InternalIP", address}};
  return node;
}

Route MakeRoute(const std::string& range, const std::string& via) {
  Route route;
  route.destination = *ParsePrefix(range);
  route.via = via;
  route.unreachable = via.empty();
  route.link = 2;
  route.protocol = kPeerRoutes;
  return route;
}

std::vector<std::string> Texts(const std::vector<Route>& routes) {
  std::vector<std::string> texts;
  for (const Route& route : routes) {
    texts.push_back(FormatPrefix(route.destination) + " " + (route.unreachable ? "unreachable" : route.via));
  }
  return texts;
}

TEST(RoutesOf, TakesNodesWithARangeAndAnAddress) {
  EXPECT_THAT(RoutesOf({MakeNode("b", "10.244.2.0/24", "10.0.0.2"), MakeNode("a", "10.244.1.0/24", "10.0.0.1"),
                        MakeNode("fresh", "", "10.0.0.3"), MakeNode("mute", "10.244.4.0/24", "")}),
              ElementsAre(PeerRoute{"10.244.1.0/24", "10.0.0.1"}, PeerRoute{"10.244.2.0/24", "10.0.0.2"}));
}

TEST(RoutesOf, LeavesARangeThatTwoNodesClaimToTheOlderOne) {
  const types::Node older = MakeNode("z", "10.244.1.0/24", "10.0.0.1", "2026-01-01T00:00:00Z");
  const types::Node newer = MakeNode("a", "10.244.1.0/24", "10.0.0.2", "2026-01-02T00:00:00Z");
  EXPECT_THAT(RoutesOf({older, newer}), ElementsAre(PeerRoute{"10.244.1.0/24", "10.0.0.1"}));
  EXPECT_THAT(RoutesOf({newer, older}), ElementsAre(PeerRoute{"10.244.1.0/24", "10.0.0.1"}));
}

TEST(PlanPeerRoutes, ChangesOnlyWhatDiffers) {
  const std::vector<Address> own = {{1, *ParsePrefix("10.0.0.1/24"), false}};
  const std::vector<Route> existing = {MakeRoute("10.244.1.0/24", ""), MakeRoute("10.244.2.0/24", "10.0.0.2"),
                                       MakeRoute("10.244.3.0/24", "10.0.0.3"), MakeRoute("10.244.4.0/24", "10.0.0.4")};
  const Result<RouteChanges> changes = PlanPeerRoutes({{"10.244.1.0/24", "10.0.0.1"},
                                                       {"10.244.2.0/24", "10.0.0.2"},
                                                       {"10.244.3.0/24", "10.0.0.33"},
                                                       {"10.244.5.0/24", "10.0.0.5"}},
                                                      existing, own);
  ASSERT_TRUE(changes.ok()) << changes.status().message();
  EXPECT_THAT(Texts(changes->remove), ElementsAre("10.244.4.0/24 10.0.0.4"));
  EXPECT_THAT(Texts(changes->replace), ElementsAre("10.244.3.0/24 10.0.0.33"));
  EXPECT_THAT(Texts(changes->add), ElementsAre("10.244.5.0/24 10.0.0.5"));
}

TEST(PlanPeerRoutes, RefusesWhatIsNoRoute) {
  const PeerRoute bad[] = {{"10.244.1.0/33", "10.0.0.1"},
                           {"pods", "10.0.0.1"},
                           {"10.244.1.0/24", ""},
                           {"10.244.1.0/24", "10.0.0.1/24"},
                           {"10.244.1.0/24", "fd00::1"}};
  for (const PeerRoute& route : bad) {
    const Result<RouteChanges> changes = PlanPeerRoutes({route}, {}, {});
    EXPECT_TRUE(changes.status().IsInvalid()) << route.cidr << " via " << route.via;
  }
}

TEST(Prefix, ReadsAndWritesRangesAndAddresses) {
  for (const char* text : {"10.244.1.0/24", "0.0.0.0/0", "10.244.1.7", "fd00:1::/64", "fd00::7"}) {
    ASSERT_TRUE(ParsePrefix(text).has_value()) << text;
    EXPECT_EQ(FormatPrefix(*ParsePrefix(text)), text);
  }
  EXPECT_EQ(FormatPrefix(*ParsePrefix("10.244.1.7/32")), "10.244.1.7");
  for (const char* text : {"", "/24", "10.244.1.0/", "10.244.1.0/2x", "10.244.1.0/-1", "10.244.1", "fd00::/129"}) {
    EXPECT_FALSE(ParsePrefix(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace croft::network
