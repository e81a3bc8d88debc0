#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "api/http/server.h"
#include "tools/croft/join_client.h"
#include "tools/croft/join_service.h"

namespace croft::cli {

namespace fs = std::filesystem;

// A server that only lets machines join, over real TLS.
class Join : public testing::Test {
 protected:
  Join() {
    std::string pattern = fs::temp_directory_path() / "croft-join-XXXXXX";
    dir_ = mkdtemp(pattern.data());
    identity_ = Identity("server");
    service_ = std::make_unique<JoinService>(*identity_, clock_);
    Serve("127.0.0.1:0");
  }
  ~Join() override {
    server_->Stop(Duration::zero());
    fs::remove_all(dir_);
  }
  void Serve(const std::string& address) {
    const auto own = identity_->Server();
    http::ServerSettings settings;
    settings.listeners = {{address}};
    settings.tls = http::ServerTls{{own->certificate_pem, own->key_pem}, identity_->ca_pem()};
    server_ = std::make_unique<http::Server>(settings, [this](http::Request request, http::ResponderPtr responder) {
      responder->Send(service_->Handle(request));
    });
    const Status started = server_->Start();
    EXPECT_TRUE(started.ok()) << started.message();
  }
  std::unique_ptr<LabIdentity> Identity(const std::string& name) {
    auto made = LabIdentity::Open({dir_ / name, dir_ / (name + ".token"), {"127.0.0.1"}}, clock_, random_);
    EXPECT_TRUE(made.ok());
    return std::move(*made);
  }
  JoinSettings Settings(const std::string& token) {
    return {dir_ / "node", "https://" + server_->addresses().front(), token, "node-1", "10.0.0.9"};
  }
  fs::path dir_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<LabIdentity> identity_;
  std::unique_ptr<JoinService> service_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace croft::cli
