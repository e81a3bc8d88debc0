#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/client/client.h"
#include "api/client/kubeconfig.h"
#include "api/http/message.h"

namespace croft::client {

// A Client of an API server elsewhere, over HTTPS: single requests by cpprestsdk, watches and other streams by
// api/http. Thread-safe.
class RestClient final : public Client {
 public:
  // Fails (kBadRequest) when the server's address or a certificate can't be read; does not connect.
  static Result<std::unique_ptr<RestClient>> Make(const Kubeconfig& config,
                                                  Duration timeout = std::chrono::seconds(30));
  ~RestClient() override;

  Result<ObjectPtr> Get(const GroupVersionResource& gvr, const Key& key) override;
  Result<ObjectList> List(const GroupVersionResource& gvr, const ListOptions& options) override;
  std::unique_ptr<Watch> StartWatch(const GroupVersionResource& gvr, const ListOptions& options, uint64_t revision,
                                    std::shared_ptr<WatchSink> sink) override;
  Result<ObjectPtr> Create(const GroupVersionResource& gvr, const std::string& ns, const Json& object) override;
  Result<ObjectPtr> CreateSubresource(const GroupVersionResource& gvr, const Key& key, std::string_view subresource,
                                      const Json& body) override;
  Result<ObjectPtr> Update(const GroupVersionResource& gvr, const Key& key, const Json& object,
                           std::string_view subresource) override;
  Result<ObjectPtr> Patch(const GroupVersionResource& gvr, const Key& key, PatchType type, const Json& patch,
                          std::string_view subresource) override;
  Status Delete(const GroupVersionResource& gvr, const Key& key, const DeleteOptions& options) override;

  // Any request, for what the interface above has no words for (tables, discovery). `target` begins with "/". A reply
  // of 400 or above is a failure with the reason that the server gave.
  struct RawRequest {
    std::string method = "GET";
    std::string target;
    std::string body;
    std::string content_type = "application/json";
    std::string accept = "application/json";
  };
  struct RawReply {
    int code = 0;
    std::string body;
    std::vector<std::string> warnings;  // texts of Warning headers
  };
  Result<RawReply> Raw(const RawRequest& request);

  // A GET whose body is handed on as it comes, until it ends, `on_data` returns false, or the connection breaks.
  // Blocks.
  Status Stream(const std::string& target, const std::string& accept,
                const std::function<bool(std::string_view)>& on_data);

 private:
  class Impl;
  explicit RestClient(std::unique_ptr<Impl> impl);
  Result<ObjectPtr> Send(const RawRequest& request);
  std::unique_ptr<Impl> impl_;
};

// "/apis/apps/v1/namespaces/d/deployments/web/status"; name and subresource may be empty.
std::string ResourcePath(const GroupVersionResource& gvr, const Key& key, std::string_view subresource = {});

// The failure that a reply's body tells of (meta/v1 Status), or one made of the code when it is something else.
Status FailureFrom(int code, const std::string& body);

}  // namespace croft::client
