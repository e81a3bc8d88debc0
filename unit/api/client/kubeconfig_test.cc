#include "api/client/kubeconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "api/base/file.h"

namespace croft::client {
namespace {

using testing::HasSubstr;

class KubeconfigTest : public testing::Test {
 protected:
  KubeconfigTest() {
    std::string name = (std::filesystem::temp_directory_path() / "croft-kubeconfig-XXXXXX").string();
    dir_ = mkdtemp(name.data());
  }
  ~KubeconfigTest() override { std::filesystem::remove_all(dir_); }

  std::string Put(const std::string& name, const std::string& text) const {
    EXPECT_TRUE(WriteFileAtomic(dir_ + "/" + name, text, 0600).ok());
    return dir_ + "/" + name;
  }

  std::string dir_;
};

TEST_F(KubeconfigTest, WhatIsWrittenIsReadBack) {
  const Kubeconfig config{.context = "lab",
                          .server = "https://127.0.0.1:6443",
                          .ca_pem = "CA\n",
                          .client_certificate_pem = "CERT\n",
                          .client_key_pem = "KEY\n",
                          .token = "t.o-k_en",
                          .ns = "website"};
  const Result<Kubeconfig> read = LoadKubeconfig(Put("config", WriteKubeconfig(config)));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->context, config.context);
  EXPECT_EQ(read->server, config.server);
  EXPECT_EQ(read->ca_pem, config.ca_pem);
  EXPECT_EQ(read->client_certificate_pem, config.client_certificate_pem);
  EXPECT_EQ(read->client_key_pem, config.client_key_pem);
  EXPECT_EQ(read->token, config.token);
  EXPECT_EQ(read->ns, config.ns);
}

TEST_F(KubeconfigTest, ReadsJsonAndFilesBesideIt) {
  Put("ca.pem", "CA");
  Put("key.pem", "KEY");
  const std::string path = Put("config", R"({"current-context": "b",
    "contexts": [{"name": "a", "context": {"cluster": "x", "user": "x"}},
                 {"name": "b", "context": {"cluster": "c", "user": "u"}}],
    "clusters": [{"name": "c", "cluster": {"server": "https://lab", "certificate-authority": "ca.pem"}}],
    "users": [{"name": "u", "user": {"client-key": ")" +
                                             dir_ + R"(/key.pem"}}]})");
  const Result<Kubeconfig> read = LoadKubeconfig(path);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->server, "https://lab");
  EXPECT_EQ(read->ca_pem, "CA");
  EXPECT_EQ(read->client_key_pem, "KEY");
}

TEST_F(KubeconfigTest, FailureNamesTheFileAndWhatIsMissing) {
  const struct {
    const char* name;
    const char* text;
    const char* message;
  } kCases[] = {
      {"nothing in it", "{}", "has no current-context"},
      {"no such context", "current-context: a", "has no context \"a\""},
      {"no such cluster", "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]", "has no cluster"},
      {"no server", "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c}]",
       "has no server"},
      {"not base64",
       "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\n"
       "clusters: [{name: c, cluster: {server: x, certificate-authority-data: '%'}}]",
       "certificate-authority-data is not base64"},
      {"file that is not there",
       "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\n"
       "clusters: [{name: c, cluster: {server: x, certificate-authority: none.pem}}]",
       "none.pem"},
      {"not YAML", "a: [", ""},
  };
  for (const auto& c : kCases) {
    const std::string path = Put("config", c.text);
    const Status status = LoadKubeconfig(path).status();
    EXPECT_FALSE(status.ok()) << c.name;
    EXPECT_THAT(status.message(), HasSubstr(path)) << c.name;
    EXPECT_THAT(status.message(), HasSubstr(c.message)) << c.name;
  }
  EXPECT_TRUE(LoadKubeconfig(dir_ + "/none").status().IsNotFound());
}

}  // namespace
}  // namespace croft::client
