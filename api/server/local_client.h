#pragma once

#include <memory>

#include "api/base/executor.h"
#include "api/client/client.h"
#include "api/server/resource_service.h"

namespace croft::server {

// The API for code in the server's own process: the same verbs, rights and admission as over HTTP, without a socket and
// without a copy. Objects are those of the store. Watches deliver on `executor`, one event at a time and in order.
// Thread-safe; must not outlive the service.
class LocalClient final : public client::Client {
 public:
  LocalClient(ResourceService& service, Identity who, Executor& executor)
      : service_(service), who_(std::move(who)), executor_(executor) {}

  Result<ObjectPtr> Get(const GroupVersionResource& gvr, const Key& key) override;
  Result<client::ObjectList> List(const GroupVersionResource& gvr, const client::ListOptions& options) override;
  std::unique_ptr<client::Watch> StartWatch(const GroupVersionResource& gvr, const client::ListOptions& options,
                                            uint64_t revision, std::shared_ptr<client::WatchSink> sink) override;
  Result<ObjectPtr> Create(const GroupVersionResource& gvr, const std::string& ns, const Json& object) override;
  Result<ObjectPtr> CreateSubresource(const GroupVersionResource& gvr, const Key& key, std::string_view subresource,
                                      const Json& body) override;
  Result<ObjectPtr> Update(const GroupVersionResource& gvr, const Key& key, const Json& object,
                           std::string_view subresource) override;
  Result<ObjectPtr> Patch(const GroupVersionResource& gvr, const Key& key, client::PatchType type, const Json& patch,
                          std::string_view subresource) override;
  Status Delete(const GroupVersionResource& gvr, const Key& key, const client::DeleteOptions& options) override;

 private:
  ResourceService& service_;
  const Identity who_;
  Executor& executor_;
};

}  // namespace croft::server
