// HTTP/2 with clients that others wrote: curl, and Go's net/http, which client-go and kubectl use. Skipped where they
// are not installed.

#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "unit/api/http/http2_fixture.h"

namespace croft::http {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

struct Ran {
  int code = -1;
  std::string out;  // with what it said of errors
};

Ran Shell(const std::string& command) {
  Ran ran;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  for (size_t n; pipe != nullptr && (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.out.append(buffer, n);
  const int status = pipe == nullptr ? -1 : pclose(pipe);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

class RealClients : public Http2Test {
 protected:
  void SetUp() override {
    std::ofstream(dir_ / "ca.pem") << lab_.ca_pem();
    Serve([this](Request request, const ResponderPtr& responder) {
      const std::string& path = request.target;
      if (path == "/large") return ReplyWithText(responder, std::string(20'000'000, 'x'));
      if (path.starts_with("/watch")) return Watch(request, responder);
      if (path == "/open") return ReplyWithText(responder, std::to_string(open_.load()));
      if (path == "/stop") {
        ReplyWithText(responder, "stopping");
        return stop_.Open();
      }
      EchoShape(std::move(request), responder);
    });
    url_ = "https://" + server_->addresses().front();
  }
  void TearDown() override { EndServer(); }

  void Watch(const Request& request, const ResponderPtr& responder) {
    feeds_.Open(request, responder, 1 << 20, [this] { --open_; });
    ++open_;
    for (int event = 0; event < 3; ++event)
      feeds_.Write(request.target, Bytes("event " + std::to_string(event) + "\n"));
  }

  const TempDir dir_;
  std::string url_;
  std::atomic<int> open_{0};
  Gate stop_;
};

TEST_F(RealClients, Curl) {
  const Ran version = Shell("curl --version");
  if (version.out.find("HTTP2") == std::string::npos) GTEST_SKIP() << "this machine's curl speaks no HTTP/2";
  std::ofstream(dir_ / "body") << std::string(2'000'000, 'b');
  const std::string curl = "curl -sS --max-time 30 --cacert " + (dir_ / "ca.pem") + " ";
  const struct {
    const char* name;
    std::string arguments;
    const char* output;
  } kCases[] = {
      {"chooses HTTP/2 by itself", url_ + "/echo", "GET /echo 0 HTTP/2"},
      {"asked for HTTP/1.1", "--http1.1 " + url_ + "/echo", "GET /echo 0 HTTP/1.1"},
      {"without ALPN", "--no-alpn " + url_ + "/echo", "GET /echo 0 HTTP/1.1"},
      {"sends a large body", "--http2 -T " + (dir_ / "body") + " " + url_ + "/echo", "PUT /echo 2000000 HTTP/2"},
      {"sends it without its length", "--http2 -T - " + url_ + "/echo < " + (dir_ / "body"),
       "PUT /echo 2000000 HTTP/2"},
      {"reads a large reply", "--http2 -o /dev/null -w '%{http_version} %{size_download}' " + url_ + "/large",
       "2 20000000"},
      {"asks for the head", "--http2 -I " + url_ + "/echo", "HTTP/2 200"},
      {"has many requests of one connection",
       "--http2 --parallel -o /dev/null -w '%{http_version} %{num_connects}\\n' '" + url_ + "/echo/[1-50]'",
       "2 0\n2 0\n"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const Ran ran = Shell(curl + c.arguments);
    EXPECT_EQ(ran.code, 0) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr(c.output));
  }
}

TEST_F(RealClients, Go) {
  const std::string go = Shell("command -v go").code == 0 ? "go" : "/usr/local/go/bin/go";
  if (Shell(go + " version").code != 0) GTEST_SKIP() << "this machine has no Go";
  const std::string program = dir_ / "client";
  const Ran built = Shell("GOTOOLCHAIN=local " + go + " build -o " + program + " unit/api/http/go_client/main.go");
  ASSERT_EQ(built.code, 0) << built.out;
  std::thread stopping([&] {
    if (stop_.Wait(100)) server_->Stop(seconds(10));
  });
  const Ran ran = Shell(program + " " + url_ + " " + (dir_ / "ca.pem"));
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.out, "all is well\n");
  stop_.Open();
  stopping.join();
}

}  // namespace
}  // namespace croft::http
