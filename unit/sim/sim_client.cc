#include "unit/sim/sim_client.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "api/types/resources.h"

namespace croft::sim {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kLatest = 3000;  // milliseconds that an event may be late

}  // namespace

// Stands between the server's watch and the informer. Each event has a time at which it is handed on, never before
// that of the event before it.
class SimClient::Stream final : public client::WatchSink, public std::enable_shared_from_this<Stream> {
 public:
  Stream(const Parts& parts, std::shared_ptr<Process> process, std::shared_ptr<client::WatchSink> sink)
      : parts_(parts), process_(std::move(process)), sink_(std::move(sink)) {}

  void OnEvent(const client::WatchEvent& event) override {
    if (closing_) return;
    Queue({event, {}});
    if (Strikes(parts_.random, parts_.rates.double_event)) Queue({event, {}});
    if (!Strikes(parts_.random, parts_.rates.broken_watch)) return;
    Break(parts_.random.Below(2) == 0 ? Status::Expired("the simulated history is too short")
                                      : Status::Unavailable("the simulated connection broke"));
  }
  void OnClosed(const Status& why) override { Break(why); }

  // What has come already is delivered, then `why`.
  void Break(const Status& why) {
    if (closing_) return;
    closing_ = true;
    Queue({std::nullopt, why});
  }
  // What has come already is lost.
  void BreakNow(const Status& why) {
    queue_.clear();
    closing_ = false;
    Break(why);
  }
  void End() { ended_ = true; }

 private:
  struct Item {
    std::optional<client::WatchEvent> event;  // none: the end
    Status why;
  };

  void Queue(Item item) {
    SteadyTime due = parts_.clock.Steady();
    if (Strikes(parts_.random, parts_.rates.late_event)) {
      due += std::chrono::milliseconds(parts_.random.Below(kLatest));
    }
    last_due_ = std::max(last_due_, due);
    queue_.push_back(std::move(item));
    parts_.executor.PostAfter(last_due_ - parts_.clock.Steady(), [self = shared_from_this()] { self->Deliver(); });
  }

  void Deliver() {
    if (queue_.empty()) return;
    const Item item = std::move(queue_.front());
    queue_.pop_front();
    if (ended_ || process_->dead()) return;
    if (item.event) {
      sink_->OnEvent(*item.event);
    } else {
      ended_ = true;
      sink_->OnClosed(item.why);
    }
  }

  const Parts parts_;
  const std::shared_ptr<Process> process_;
  const std::shared_ptr<client::WatchSink> sink_;
  std::deque<Item> queue_;
  SteadyTime last_due_{};
  bool closing_ = false;  // nothing more is queued
  bool ended_ = false;    // nothing more is delivered
};

class SimClient::SimWatch final : public client::Watch {
 public:
  SimWatch(std::shared_ptr<Stream> stream, std::unique_ptr<client::Watch> watch)
      : stream_(std::move(stream)), watch_(std::move(watch)) {}
  ~SimWatch() override { stream_->End(); }

 private:
  const std::shared_ptr<Stream> stream_;
  const std::unique_ptr<client::Watch> watch_;
};

Status SimClient::Begin() {
  CROFT_RETURN_IF_ERROR(process_->BeginCall());
  if (process_->cut_off()) return Status::Unavailable("no way to the API server");
  if (Strikes(parts_.random, parts_.rates.refused)) return Status::Unavailable("the API server is too busy");
  return Status::Ok();
}

Status SimClient::End(std::string_view verb, const GroupVersionResource& gvr, const Key& key,
                      std::string_view subresource, const Status& status) {
  // Heartbeats would fill the journal.
  const bool told = gvr != resources::kLeases;
  const bool lost = status.ok() && Strikes(parts_.random, parts_.rates.reply_lost);
  if (told) {
    std::string text(verb);
    text.append(" ").append(gvr.resource);
    if (!subresource.empty()) text.append("/").append(subresource);
    text.append(" ").append(key.ToString());
    if (!status.ok()) text.append(": ").append(status.message());
    if (lost) text.append(" (reply lost)");
    parts_.journal.Add(process_->name(), text);
  }
  return lost ? Status::Unavailable("the reply was lost") : status;
}

void SimClient::MaybeTouch(const GroupVersionResource& gvr, const Key& key) {
  if (touch_ && Strikes(parts_.random, parts_.rates.overtaken)) touch_(gvr, key);
}

Result<ObjectPtr> SimClient::Get(const GroupVersionResource& gvr, const Key& key) {
  CROFT_RETURN_IF_ERROR(Begin());
  return parts_.api.Get(gvr, key);
}

Result<client::ObjectList> SimClient::List(const GroupVersionResource& gvr, const client::ListOptions& options) {
  CROFT_RETURN_IF_ERROR(Begin());
  return parts_.api.List(gvr, options);
}

std::unique_ptr<client::Watch> SimClient::StartWatch(const GroupVersionResource& gvr,
                                                     const client::ListOptions& options, uint64_t revision,
                                                     std::shared_ptr<client::WatchSink> sink) {
  auto stream = std::make_shared<Stream>(parts_, process_, std::move(sink));
  if (const Status refused = Begin(); !refused.ok()) {
    stream->Break(refused);
    return std::make_unique<SimWatch>(std::move(stream), nullptr);
  }
  std::erase_if(streams_, [](const auto& other) { return other.expired(); });
  streams_.push_back(stream);
  auto watch = parts_.api.StartWatch(gvr, options, revision, stream);
  return std::make_unique<SimWatch>(std::move(stream), std::move(watch));
}

void SimClient::BreakWatches(const Status& why) {
  for (const auto& weak : streams_) {
    if (const auto stream = weak.lock()) stream->BreakNow(why);
  }
}

Result<ObjectPtr> SimClient::Create(const GroupVersionResource& gvr, const std::string& ns, const Json& object) {
  CROFT_RETURN_IF_ERROR(Begin());
  auto result = parts_.api.Create(gvr, ns, object);
  const Key key{ns, result.ok() ? (*result)->name() : std::string(FindString(object, {"metadata", "name"}))};
  CROFT_RETURN_IF_ERROR(End("create", gvr, key, {}, result.status()));
  return result;
}

Result<ObjectPtr> SimClient::CreateSubresource(const GroupVersionResource& gvr, const Key& key,
                                               std::string_view subresource, const Json& body) {
  CROFT_RETURN_IF_ERROR(Begin());
  auto result = parts_.api.CreateSubresource(gvr, key, subresource, body);
  CROFT_RETURN_IF_ERROR(End("create", gvr, key, subresource, result.status()));
  return result;
}

Result<ObjectPtr> SimClient::Update(const GroupVersionResource& gvr, const Key& key, const Json& object,
                                    std::string_view subresource) {
  CROFT_RETURN_IF_ERROR(Begin());
  MaybeTouch(gvr, key);
  auto result = parts_.api.Update(gvr, key, object, subresource);
  CROFT_RETURN_IF_ERROR(End("update", gvr, key, subresource, result.status()));
  return result;
}

Result<ObjectPtr> SimClient::Patch(const GroupVersionResource& gvr, const Key& key, client::PatchType type,
                                   const Json& patch, std::string_view subresource) {
  CROFT_RETURN_IF_ERROR(Begin());
  MaybeTouch(gvr, key);
  auto result = parts_.api.Patch(gvr, key, type, patch, subresource);
  CROFT_RETURN_IF_ERROR(End("patch", gvr, key, subresource, result.status()));
  return result;
}

Status SimClient::Delete(const GroupVersionResource& gvr, const Key& key, const client::DeleteOptions& options) {
  CROFT_RETURN_IF_ERROR(Begin());
  return End("delete", gvr, key, {}, parts_.api.Delete(gvr, key, options));
}

}  // namespace croft::sim
