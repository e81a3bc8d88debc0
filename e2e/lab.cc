#include "e2e/lab.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "api/base/base64.h"

namespace croft::e2e {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

}  // namespace

std::string CroftBinary() {
  return CROFT_BINARY;
}
std::string SourceDir() {
  return CROFT_SOURCE_DIR;
}

std::string OldKubectl() {
  const std::string unpacked = std::string(CROFT_BINARY_DIR) + "/kubectl-debian/usr/bin/kubectl";
  return fs::exists(unpacked) ? unpacked : "kubectl";
}

// Some packages carry several releases side by side, as kubectl.1.33; the plain name is one of them or a chooser.
std::string NewKubectl() {
  const Ran which = Execute({"sh", "-c", "readlink -f \"$(command -v kubectl)\""});
  const fs::path plain(which.out.substr(0, which.out.find('\n')));
  std::string best = plain.string();
  int best_minor = -1;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(plain.parent_path(), ignored)) {
    const std::string name = entry.path().filename();
    if (name.rfind("kubectl.1.", 0) != 0) continue;
    const int minor = std::atoi(name.c_str() + 10);
    if (minor > best_minor) best_minor = minor, best = entry.path();
  }
  return best;
}

bool Await(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

void BuildWhoami(const std::string& version) {
  const Ran built = Execute(
      {SourceDir() + "/tools/whoami/build", fs::path(CroftBinary()).replace_filename("whoami").string(), version});
  ASSERT_EQ(built.code, 0) << built.err;
}

Lab::Lab(std::string name, int nodes) : name_(std::move(name)) {
  Execute({CroftBinary(), "cluster", "delete", name_});
  const Ran created = Execute({CroftBinary(), "cluster", "create", name_, "--nodes", std::to_string(nodes)}, {},
                              std::chrono::seconds(120));
  EXPECT_EQ(created.code, 0) << created.out << created.err;
  kubeconfig_ = fs::temp_directory_path() / ("croft-e2e-" + name_ + ".kubeconfig");
  std::ofstream(kubeconfig_) << Execute({CroftBinary(), "cluster", "kubeconfig", name_}).out;
  fs::permissions(kubeconfig_, fs::perms::owner_read | fs::perms::owner_write);
  ca_pem_ = Execute({CroftBinary(), "--kubeconfig", kubeconfig_, "ca", "root"}).out;
  EXPECT_NE(ca_pem_.find("BEGIN CERTIFICATE"), std::string::npos);
  for (const char* version : {"v1", "v2"}) {
    BuildWhoami(version);
    const Ran loaded = Cluster({"load", std::string("localhost/whoami:") + version});
    EXPECT_EQ(loaded.code, 0) << loaded.err;
  }
}

Lab::~Lab() {
  if (testing::Test::HasFailure() && getenv("CROFT_E2E_KEEP") != nullptr) return;
  const Ran deleted = Execute({CroftBinary(), "cluster", "delete", name_});
  EXPECT_EQ(deleted.code, 0) << deleted.err;
  std::error_code ignored;
  for (const char* suffix : {"", ".ca", ".crt", ".key", ".curl"}) fs::remove(kubeconfig_ + suffix, ignored);
}

Ran Lab::KubectlOf(const std::string& program, std::vector<std::string> args, const std::string& input,
                   std::chrono::seconds limit) const {
  args.insert(args.begin(), {program, "--kubeconfig", kubeconfig_});
  return Execute(args, input, limit);
}

Ran Lab::Kubectl(std::vector<std::string> args, const std::string& input, std::chrono::seconds limit) const {
  static const std::string newest = NewKubectl();
  return KubectlOf(newest, std::move(args), input, limit);
}

std::string Lab::JsonPath(std::vector<std::string> what, const std::string& path) const {
  what.insert(what.begin(), "get");
  what.push_back("-o");
  what.push_back("jsonpath=" + path);
  const Ran ran = Kubectl(what);
  return ran.code == 0 ? ran.out : "";
}

void Lab::Apply(const std::string& yaml) const {
  const Ran ran = Kubectl({"apply", "-f", "-"}, yaml);
  ASSERT_EQ(ran.code, 0) << ran.err;
}

Ran Lab::Cluster(std::vector<std::string> args) const {
  args.insert(args.begin(), {CroftBinary(), "cluster"});
  args.insert(args.end(), {"--name", name_});
  return Execute(args);
}

std::string Lab::IngressAddress() const {
  for (const char* kind : {"ingresses.croft.lab", "ingresses.networking.k8s.io"}) {
    const std::string address = JsonPath({kind, "-A"}, "{.items[0].status.loadBalancer.ingress[0].ip}");
    if (!address.empty()) return address;
  }
  return {};
}

Site Lab::SiteOf(const std::string& host) const {
  return {IngressAddress(), 443, host, ca_pem_};
}

Answer Lab::AwaitAnswer(const std::string& host, std::chrono::seconds limit) const {
  Answer answer;
  Await([&] { return !IngressAddress().empty(); }, limit);
  const Site site = SiteOf(host);
  Await(
      [&] {
        answer = HttpsClient(site).Get("/");
        return answer.code == 200;
      },
      limit);
  return answer;
}

bool Lab::AwaitReady(const std::string& ns, const std::string& selector, int count, std::chrono::seconds limit) const {
  return Await(
      [&] {
        const auto ready = Words(
            JsonPath({"pods", "-n", ns, "-l", selector}, "{.items[*].status.conditions[?(@.type==\"Ready\")].status}"));
        return std::count(ready.begin(), ready.end(), "True") == count && static_cast<int>(ready.size()) == count;
      },
      limit);
}

std::string Lab::Server() const {
  return Kubectl({"config", "view", "--raw", "-o", "jsonpath={.clusters[0].cluster.server}"}).out;
}

std::string Lab::CurlConfig() const {
  const auto save = [&](const char* what, const char* path) {
    const Ran ran = Kubectl({"config", "view", "--raw", "-o", std::string("jsonpath={") + path + "}"});
    const std::string file = kubeconfig_ + "." + what;
    std::ofstream(file) << Base64Decode(ran.out).value_or("");
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    return file;
  };
  const std::string config = kubeconfig_ + ".curl";
  std::ofstream(config) << "cacert = " << save("ca", ".clusters[0].cluster.certificate-authority-data") << "\n"
                        << "cert = " << save("crt", ".users[0].user.client-certificate-data") << "\n"
                        << "key = " << save("key", ".users[0].user.client-key-data") << "\n";
  return config;
}

int Lab::ServerPid() const {
  return std::atoi(Cluster({"pid", name_ + "-server"}).out.c_str());
}

}  // namespace croft::e2e
