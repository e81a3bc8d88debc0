// An agent whose certificates come near their end renews them and begins anew in its own process, which no container
// notices.

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <sstream>

#include "api/pki/authority.h"
#include "e2e/lab.h"

namespace croft::e2e {
namespace {

using std::chrono::seconds;

// How long the certificate is good that the agent is given: renewed when a third of that is left.
constexpr seconds kLifetime(45);

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class Agent {
 public:
  explicit Agent(const Lab& lab) : lab_(lab), dir_("/var/lib/croft/clusters/" + lab.name() + "/"), node_(lab.Node(1)) {}

  int Pid() const { return std::atoi(lab_.Cluster({"pid", node_}).out.c_str()); }
  int Beginnings() const { return Count(ReadAll(dir_ + node_ + "/croft.log"), "node is up"); }
  std::string Certificate() const { return ReadAll(Pki() + "client.crt"); }

  // Puts a certificate that ends soon in the place of the agent's own, and has the agent start with it.
  std::string GiveLittleTime() const {
    const std::string ca = dir_ + lab_.name() + "-server/data/pki/ca";
    const auto authority = pki::Authority::Load(ReadAll(ca + ".crt"), ReadAll(ca + ".key"));
    EXPECT_TRUE(authority.ok()) << authority.status().message();
    pki::CertificateSpec spec;
    spec.subject = {"system:node:" + node_, {"system:nodes"}};
    spec.not_before = SystemClock().Now();
    spec.not_after = spec.not_before + kLifetime;
    spec.client_auth = true;
    const auto certificate = authority->Issue(spec, ReadAll(Pki() + "client.key"));
    EXPECT_TRUE(certificate.ok()) << certificate.status().message();
    std::ofstream(Pki() + "client.crt") << *certificate;
    const int before = Pid();
    const int beginnings = Beginnings();
    kill(before, SIGTERM);  // its supervisor starts it again
    EXPECT_TRUE(Await([&] { return Beginnings() > beginnings && Pid() != before; }, seconds(20)));
    return *certificate;
  }

 private:
  std::string Pki() const { return dir_ + node_ + "/data/pki/"; }

  const Lab& lab_;
  const std::string dir_;
  const std::string node_;
};

TEST(Renewal, AnAgentBeginsAnewWithItsRenewedCertificates) {
  Lab lab("e2e-renewal", 1);
  lab.Apply(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec:\n  containers:\n  - name: main\n"
      "    image: localhost/whoami:v1\n    ports: [{containerPort: 8080, hostPort: 18080}]\n");
  ASSERT_TRUE(lab.AwaitReady("default", "app=web", 1, seconds(30)));
  const auto container = [&] {
    return lab.JsonPath({"pod", "web"},
                        "{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}");
  };
  const std::string before = container();

  const Agent agent(lab);
  const std::string short_lived = agent.GiveLittleTime();
  ASSERT_EQ(agent.Certificate(), short_lived) << "it is not to be renewed yet";
  const int pid = agent.Pid();
  const int beginnings = agent.Beginnings();
  ASSERT_TRUE(Await([&] { return agent.Beginnings() > beginnings; }, kLifetime + seconds(20)));
  EXPECT_EQ(agent.Pid(), pid) << "it was to stay the same process";
  EXPECT_NE(agent.Certificate(), short_lived);

  // With its new identity the agent goes on with its work, once the former one has ended too.
  EXPECT_TRUE(Await(
      [&] {
        const std::string renewed = lab.JsonPath({"lease", lab.Node(1), "-n", "kube-node-lease"}, "{.spec.renewTime}");
        return ParseTime(renewed).value_or(WallTime()) > SystemClock().Now() - seconds(5);
      },
      seconds(30)));
  lab.Apply(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: prober, labels: {app: prober}}\nspec:\n  containers:\n  - name: "
      "main\n"
      "    image: localhost/whoami:v1\n    readinessProbe: {httpGet: {host: 127.0.0.1, port: 18080}, periodSeconds: "
      "1}\n");
  EXPECT_TRUE(lab.AwaitReady("default", "app=prober", 1, seconds(30))) << lab.Kubectl({"describe", "pods"}).out;
  EXPECT_NE(lab.Kubectl({"logs", "web"}).out.find("listening"), std::string::npos);
  EXPECT_EQ(container(), before) << "its containers were not to notice";
}

}  // namespace
}  // namespace croft::e2e
