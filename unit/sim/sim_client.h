#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "api/client/client.h"
#include "unit/sim/journal.h"
#include "unit/sim/process.h"
#include "unit/sim/sim_executor.h"

namespace croft::sim {

// A process's way to the API server: calls fail, replies get lost, others write first, watch events come late or twice,
// watches break. Events of one watch stay in order, as TCP keeps them. Every write is told to the journal. All
// references outlive it. One-threaded.
class SimClient final : public client::Client {
 public:
  struct Parts {
    client::Client& api;
    SimExecutor& executor;
    fakes::FakeClock& clock;
    Random& random;
    const FaultRates& rates;
    Journal& journal;
  };

  SimClient(Parts parts, std::shared_ptr<Process> process) : parts_(parts), process_(std::move(process)) {}

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

  // Ends all watches that run now, as the loss of the connection does.
  void BreakWatches(const Status& why);

  // Who else writes when a call is overtaken: touches an object that exists.
  using Touch = std::function<void(const GroupVersionResource& gvr, const Key& key)>;
  void SetTouch(Touch touch) { touch_ = std::move(touch); }

 private:
  class Stream;
  class SimWatch;

  Status Begin();
  // After a write: tells the journal, and may lose the reply.
  Status End(std::string_view verb, const GroupVersionResource& gvr, const Key& key, std::string_view subresource,
             const Status& status);
  void MaybeTouch(const GroupVersionResource& gvr, const Key& key);

  const Parts parts_;
  const std::shared_ptr<Process> process_;
  Touch touch_;
  std::vector<std::weak_ptr<Stream>> streams_;
};

}  // namespace croft::sim
