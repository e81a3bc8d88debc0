#pragma once

#include <utility>

#include "api/object/utf8.h"
#include "api/pki/key.h"
#include "unit/api/server/api_fixture.h"
#include "unit/fuzz/target.h"

namespace croft::fuzz {

// An API server in memory, with a pod "p", a deployment "web" and a config map "m" in namespace "d", and a posted kind
// (plants.x.io, "rose") with every way of merging.
class Api final : public server::ApiTest {
 public:
  Api() {
    static const std::string kAccountKey = *pki::GenerateKey();
    account_key_ = kAccountKey;
    SetUp();
    Make("/api/v1/namespaces/d/pods", R"({"metadata":{"name":"p","labels":{"app":"web"}},"spec":{"containers":[
           {"name":"c","image":"i","ports":[{"containerPort":80}],"env":[{"name":"A","value":"1"}]}]}})");
    Make("/apis/apps/v1/namespaces/d/deployments", R"({"metadata":{"name":"web"},"spec":{"replicas":1,
           "selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
           "spec":{"containers":[{"name":"c","image":"i"}]}}}})");
    Make("/api/v1/namespaces/d/configmaps", R"({"metadata":{"name":"m"},"data":{"k":"v"}})");
    Make("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", R"({"metadata":{"name":"plants.x.io"},"spec":{
           "group":"x.io","scope":"Namespaced","names":{"plural":"plants","kind":"Plant"},"versions":[{"name":"v1",
           "served":true,"storage":true,"subresources":{"status":{},"scale":{"specReplicasPath":".spec.count",
           "statusReplicasPath":".status.count"}},"additionalPrinterColumns":[{"name":"Name","type":"string",
           "jsonPath":".spec.ports[?(@.port==80)].name"}],"schema":{"openAPIV3Schema":{"type":"object","properties":{
           "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"spec":{"type":"object","properties":{
           "count":{"type":"integer"},"name":{"type":"string","pattern":"^[a-z]*$"},
           "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
           "whole":{"type":"object","x-kubernetes-map-type":"atomic","additionalProperties":{"type":"string"}},
           "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
           "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["port","protocol"],
           "items":{"type":"object","required":["port"],"properties":{"port":{"type":"integer"},
           "protocol":{"type":"string","default":"TCP"},"name":{"type":"string"}}}}}}}}}}]}})");
    Make("/apis/x.io/v1/namespaces/d/plants", R"({"apiVersion":"x.io/v1","kind":"Plant","metadata":{"name":"rose"},
           "spec":{"count":1,"tags":["a"],"ports":[{"port":80,"name":"web"}],"free":{"a":[1,{"b":null}]}}})");
  }

  using ApiTest::Call;
  uint64_t Revision() const { return store_->Revision(); }

  // Lets time pass for what waits: reads of a revision to come, and watches with an end.
  void Pass(Duration time) {
    clock_.Advance(time);
    api_->http_api().Tick();
  }

  // Has the administrator's request answered through `to`, and looks at the answer. The request was sent by a client:
  // nothing of it is to be trusted.
  void Handle(http::Request request, http::ResponderPtr to) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    request.headers.Add("Authorization", "Bearer " + token_);
    auto witness = std::make_shared<Witness>(*this, std::move(to), reads);
    api_->handler()(std::move(request), witness);
    witness->Returned();
  }

  // What any request is answered: never by a fault of the server's own, and in JSON where it says so.
  static void RequireSound(const http::Response& response) {
    std::string text = response.body;
    for (const auto& piece : response.pieces) text += piece.view();
    Require(response.status != 500 || IsKubernetesOwn(text), "the server finds no fault in itself: " + text);
    const bool json =
        response.headers.Get("Content-Type") == "application/json" && response.headers.Get("Content-Encoding").empty();
    // The largest are about the server's own kinds alone.
    if (!json || text.empty() || text.size() > kLargeReply) return;
    Require(IsUtf8(text), "a JSON reply is UTF-8: " + text);
    Require(ParseJson(text).ok(), "a JSON reply is JSON: " + text);
  }

 private:
  static constexpr size_t kLargeReply = 256 * 1024;

  // What is no fault of the server's, but Kubernetes answers it so: a configuration that the schema does not know, the
  // Scale of a custom resource that lacks its replicas, and a strategic patch's item without its key.
  static bool IsKubernetesOwn(const std::string& text) {
    return text.find("failed to create typed patch object") != std::string::npos ||
           text.find("the spec replicas field") != std::string::npos ||
           text.find("does not contain declared merge key") != std::string::npos;
  }

  class Witness final : public http::Responder {
   public:
    Witness(Api& api, http::ResponderPtr to, bool reads)
        : api_(api), to_(std::move(to)), reads_(reads), before_(api.Revision()) {}
    void Send(http::Response response) override {
      Look(response);
      to_->Send(std::move(response));
    }
    void Later(std::function<void()> task) override { to_->Later(std::move(task)); }
    std::shared_ptr<http::Stream> StartStream(int status, http::Headers headers, size_t max_queued) override {
      Look({status, headers, {}, {}});
      return to_->StartStream(status, std::move(headers), max_queued);
    }
    // From now on others may write before the answer.
    void Returned() { returned_ = true; }

   private:
    void Look(const http::Response& response) const {
      RequireSound(response);
      if (returned_ || (!reads_ && response.status < 400)) return;
      Require(api_.Revision() == before_, "neither a read nor what is refused changes the store: " + response.body);
    }

    Api& api_;
    const http::ResponderPtr to_;
    const bool reads_;
    const uint64_t before_;
    bool returned_ = false;
  };

  void Make(const std::string& collection, const std::string& body) {
    const server::Answer answer = Post(collection, body);
    Require(answer.code == 201, "what a target begins with is accepted: " + answer.text);
  }
  void TestBody() override {}
};

}  // namespace croft::fuzz
