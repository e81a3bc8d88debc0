#include "unit/fakes/fake_client.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <iostream>

#include "api/object/patch.h"
#include "api/object/selector.h"
#include "api/types/resources.h"

namespace croft::fakes {

using client::WatchEvent;

struct FakeClient::Stream {
  GroupVersionResource gvr;
  std::string ns;
  LabelSelector labels;
  FieldSelector fields;
  std::shared_ptr<client::WatchSink> sink;

  std::mutex mutex;                // guards pending, close, posted
  std::deque<WatchEvent> pending;  // oldest first
  std::optional<Status> close;
  bool posted = false;

  std::mutex calling;      // held during a call of the sink
  bool cancelled = false;  // guarded by calling

  bool Wants(const ObjectPtr& object) const {
    return object != nullptr && (ns.empty() || ns == object->ns()) && labels.Matches(object->meta().labels) &&
           fields.Matches(*object);
  }
};

class FakeClient::StreamWatch final : public client::Watch {
 public:
  explicit StreamWatch(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
  ~StreamWatch() override {
    std::lock_guard lock(stream_->calling);
    stream_->cancelled = true;
  }

 private:
  std::shared_ptr<Stream> stream_;
};

FakeClient::FakeClient(Clock& clock, Random& random, Executor& executor)
    : clock_(clock), random_(random), executor_(executor) {}
FakeClient::~FakeClient() = default;

ObjectPtr FakeClient::Find(const GroupVersionResource& gvr, const Key& key) const {
  const auto resource = objects_.find(gvr);
  if (resource == objects_.end()) return nullptr;
  const auto it = resource->second.find(key);
  return it == resource->second.end() ? nullptr : it->second;
}

Status FakeClient::Refuse(std::string_view verb, const GroupVersionResource& gvr, const Key& key,
                          std::string_view subresource) {
  if (away_) return Status::Unavailable("the server is away");
  if (fault_) CROFT_RETURN_IF_ERROR(fault_(verb, gvr, key));
  if (verb == "get" || verb == "list") return Status::Ok();
  Status refused;
  for (auto& [left, why] : failing_writes_) {
    if (--left == 0) refused = why;
  }
  std::erase_if(failing_writes_, [](const auto& f) { return f.first <= 0; });
  if (!refused.ok()) return refused;
  std::string write(verb);
  if (!subresource.empty()) write.append("/").append(subresource);
  writes_.push_back(write + " " + gvr.resource + " " + key.ToString());
  return Status::Ok();
}

Result<ObjectPtr> FakeClient::Get(const GroupVersionResource& gvr, const Key& key) {
  std::lock_guard lock(mutex_);
  if (Status refused = Refuse("get", gvr, key, {}); !refused.ok()) return refused;
  ObjectPtr found = Find(gvr, key);
  if (found == nullptr) return Status::ObjectNotFound(gvr.group, gvr.resource, key.name);
  return found;
}

Result<client::ObjectList> FakeClient::List(const GroupVersionResource& gvr, const client::ListOptions& options) {
  std::lock_guard lock(mutex_);
  if (Status refused = Refuse("list", gvr, {options.ns, ""}, {}); !refused.ok()) return refused;
  const auto labels = LabelSelector::Parse(options.label_selector);
  const auto fields = FieldSelector::Parse(options.field_selector);
  if (!labels.ok()) return labels.status();
  if (!fields.ok()) return fields.status();
  client::ObjectList list;
  list.revision = revision_;
  for (const auto& [key, object] : objects_[gvr]) {
    if (!options.ns.empty() && key.ns != options.ns) continue;
    if (labels->Matches(object->meta().labels) && fields->Matches(*object)) list.items.push_back(object);
  }
  return list;
}

std::unique_ptr<client::Watch> FakeClient::StartWatch(const GroupVersionResource& gvr,
                                                      const client::ListOptions& options, uint64_t revision,
                                                      std::shared_ptr<client::WatchSink> sink) {
  auto stream = std::make_shared<Stream>();
  stream->gvr = gvr;
  stream->ns = options.ns;
  if (auto labels = LabelSelector::Parse(options.label_selector); labels.ok()) stream->labels = *labels;
  if (auto fields = FieldSelector::Parse(options.field_selector); fields.ok()) stream->fields = *fields;
  stream->sink = std::move(sink);
  {
    std::lock_guard lock(mutex_);
    if (away_) {
      stream->close = Status::Unavailable("the server is away");
    } else if (revision < compacted_) {
      stream->close = Status::Expired("too old resource version");
    } else {
      for (const Change& change : history_) {
        if (change.revision > revision) Offer(stream, change);
      }
      streams_.push_back(stream);
    }
  }
  Deliver(stream);
  return std::make_unique<StreamWatch>(stream);
}

void FakeClient::Offer(const std::shared_ptr<Stream>& stream, const Change& change) {
  if (stream->gvr != change.gvr) return;
  const bool before = stream->Wants(change.old);
  const bool now = stream->Wants(change.now);
  if (!before && !now) return;
  std::lock_guard lock(stream->mutex);
  for (int i = 0; i < repeat_; ++i) {
    if (now) {
      stream->pending.push_back({before ? WatchEvent::Type::kModified : WatchEvent::Type::kAdded, change.now});
    } else {
      stream->pending.push_back({WatchEvent::Type::kDeleted, change.last});
    }
  }
}

void FakeClient::Publish(Change change) {
  for (const auto& weak : streams_) {
    if (auto stream = weak.lock()) {
      Offer(stream, change);
      if (!held_) Deliver(stream);
    }
  }
  std::erase_if(streams_, [](const auto& weak) { return weak.expired(); });
  history_.push_back(std::move(change));
}

void FakeClient::Deliver(const std::shared_ptr<Stream>& stream) {
  {
    std::lock_guard lock(stream->mutex);
    if (stream->posted || (stream->pending.empty() && !stream->close)) return;
    stream->posted = true;
  }
  executor_.Post([stream] {
    while (true) {
      std::optional<WatchEvent> event;
      std::optional<Status> close;
      {
        std::lock_guard lock(stream->mutex);
        if (!stream->pending.empty()) {
          event = stream->pending.front();
          stream->pending.pop_front();
        } else if (stream->close) {
          close = stream->close;
        } else {
          stream->posted = false;
          return;
        }
      }
      std::lock_guard calling(stream->calling);
      if (stream->cancelled) return;
      if (event) {
        stream->sink->OnEvent(*event);
      } else {
        stream->sink->OnClosed(*close);  // `posted` stays set: this was the last call
        return;
      }
    }
  });
}

ObjectPtr FakeClient::Store(const GroupVersionResource& gvr, const Key& key, JsonDocument& json) {
  auto& allocator = json.GetAllocator();
  const uint64_t revision = ++revision_;
  SetString(Ensure(json, "metadata", allocator), "resourceVersion", std::to_string(revision), allocator);
  const Result<ObjectPtr> object = Object::From(json);
  if (!object.ok()) {
    std::cerr << "FakeClient: " << object.status().message() << "\n";
    std::abort();
  }
  ObjectPtr& slot = objects_[gvr][key];
  const ObjectPtr old = slot;
  slot = *object;
  Publish({revision, gvr, old, *object, nullptr});
  return *object;
}

void FakeClient::Drop(const GroupVersionResource& gvr, const Key& key) {
  const ObjectPtr old = Find(gvr, key);
  if (old == nullptr) return;
  objects_[gvr].erase(key);
  const uint64_t revision = ++revision_;
  JsonDocument last = old->ToJson();
  SetString(Ensure(last, "metadata", last.GetAllocator()), "resourceVersion", std::to_string(revision),
            last.GetAllocator());
  Publish({revision, gvr, old, nullptr, *Object::From(last)});
}

Result<ObjectPtr> FakeClient::Create(const GroupVersionResource& gvr, const std::string& ns, const Json& object) {
  JsonDocument json;
  json.CopyFrom(object, json.GetAllocator());
  auto& allocator = json.GetAllocator();
  std::lock_guard lock(mutex_);
  Json& metadata = Ensure(json, "metadata", allocator);
  std::string name(FindString(metadata, {"name"}));
  if (name.empty()) {
    const std::string_view prefix = FindString(metadata, {"generateName"});
    if (prefix.empty()) return Status::Invalid("metadata.name: Required value");
    name = std::string(prefix) + RandomSuffix(random_);
  }
  const Key key{ns, name};
  if (Status refused = Refuse("create", gvr, key, {}); !refused.ok()) return refused;
  if (Find(gvr, key) != nullptr) return Status::ObjectExists(gvr.group, gvr.resource, name);
  SetString(metadata, "name", name, allocator);
  if (!ns.empty()) SetString(metadata, "namespace", ns, allocator);
  SetString(metadata, "uid", NewUid(random_), allocator);
  SetString(metadata, "creationTimestamp", FormatTime(clock_.Now()), allocator);
  Set(metadata, "generation", Json(1), allocator);
  Erase(json, "status");
  return Store(gvr, key, json);
}

Result<ObjectPtr> FakeClient::Replace(const GroupVersionResource& gvr, const Key& key, JsonDocument next,
                                      std::string_view subresource) {
  const ObjectPtr stored = Find(gvr, key);
  if (stored == nullptr) return Status::ObjectNotFound(gvr.group, gvr.resource, key.name);
  const std::string_view asked = FindString(next, {"metadata", "resourceVersion"});
  if (!asked.empty() && asked != std::to_string(stored->meta().revision)) {
    return Status::ObjectConflict(gvr.group, gvr.resource, key.name, "the object has been modified");
  }
  const JsonDocument old = stored->ToJson();
  JsonDocument json;
  auto& allocator = json.GetAllocator();
  const auto take = [&](const Json& from, std::string_view member) {
    Erase(json, member);
    if (const Json* value = croft::Find(from, member)) Set(json, member, Copy(*value, allocator), allocator);
  };
  if (subresource == "status") {
    json.CopyFrom(old, allocator);
    take(next, "status");
  } else if (subresource == "finalize") {
    json.CopyFrom(old, allocator);
    take(next, "spec");
  } else {
    json.CopyFrom(next, allocator);
    take(old, "status");
    Json& metadata = Ensure(json, "metadata", allocator);
    for (const char* fixed : {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "name",
                              "namespace", "generation", "generateName"}) {
      Erase(metadata, fixed);
      if (const Json* value = croft::Find(old, {"metadata", fixed})) {
        Set(metadata, fixed, Copy(*value, allocator), allocator);
      }
    }
    JsonDocument before, after;
    before.CopyFrom(old, before.GetAllocator());
    after.CopyFrom(json, after.GetAllocator());
    for (JsonDocument* side : {&before, &after}) {
      Erase(*side, "metadata");
      Erase(*side, "status");
    }
    if (!Equal(before, after)) Set(metadata, "generation", Json(stored->meta().generation + 1), allocator);
  }
  SetString(Ensure(json, "metadata", allocator), "resourceVersion", std::to_string(stored->meta().revision), allocator);
  if (Equal(json, old)) return stored;
  // An object that only waited for its finalizers goes with the last of them.
  const Json* finalizers = croft::Find(json, {"metadata", "finalizers"});
  const Json* held = croft::Find(json, {"spec", "finalizers"});  // of a Namespace
  const bool free = (finalizers == nullptr || finalizers->Empty()) &&
                    (gvr != resources::kNamespaces || held == nullptr || held->Empty());
  const bool graceful = FindInt(json, {"metadata", "deletionGracePeriodSeconds"}) > 0;
  const ObjectPtr written = Store(gvr, key, json);
  if (written->meta().deleting && free && !graceful) Drop(gvr, key);
  return written;
}

Result<ObjectPtr> FakeClient::Update(const GroupVersionResource& gvr, const Key& key, const Json& object,
                                     std::string_view subresource) {
  JsonDocument next;
  next.CopyFrom(object, next.GetAllocator());
  std::lock_guard lock(mutex_);
  if (Status refused = Refuse("update", gvr, key, subresource); !refused.ok()) return refused;
  return Replace(gvr, key, std::move(next), subresource);
}

Result<ObjectPtr> FakeClient::Patch(const GroupVersionResource& gvr, const Key& key, client::PatchType type,
                                    const Json& patch, std::string_view subresource) {
  std::lock_guard lock(mutex_);
  if (Status refused = Refuse("patch", gvr, key, subresource); !refused.ok()) return refused;
  const ObjectPtr stored = Find(gvr, key);
  if (stored == nullptr) return Status::ObjectNotFound(gvr.group, gvr.resource, key.name);
  JsonDocument next = stored->ToJson();
  if (type == client::PatchType::kJson) {
    CROFT_RETURN_IF_ERROR(ApplyJsonPatch(next, patch));
  } else {
    ApplyMergePatch(next, patch, next.GetAllocator());
  }
  return Replace(gvr, key, std::move(next), subresource);
}

Result<ObjectPtr> FakeClient::CreateSubresource(const GroupVersionResource& gvr, const Key& key,
                                                std::string_view subresource, const Json& body) {
  if (subresource == "eviction") {
    const Status deleted = Delete(gvr, key);
    if (!deleted.ok()) return deleted;
    return Object::From(body);
  }
  std::lock_guard lock(mutex_);
  if (Status refused = Refuse("create", gvr, key, subresource); !refused.ok()) return refused;
  if (subresource != "binding") return Status::ObjectNotFound(gvr.group, gvr.resource, subresource);
  const ObjectPtr stored = Find(gvr, key);
  if (stored == nullptr) return Status::ObjectNotFound(gvr.group, gvr.resource, key.name);
  JsonDocument next = stored->ToJson();
  auto& allocator = next.GetAllocator();
  Json& spec = Ensure(next, "spec", allocator);
  if (!FindString(spec, {"nodeName"}).empty()) {
    return Status::ObjectConflict(gvr.group, gvr.resource, key.name, "the pod has a node already");
  }
  SetString(spec, "nodeName", FindString(body, {"target", "name"}), allocator);
  return Replace(gvr, key, std::move(next), {});
}

Status FakeClient::Delete(const GroupVersionResource& gvr, const Key& key, const client::DeleteOptions& options) {
  std::lock_guard lock(mutex_);
  if (Status refused = Refuse("delete", gvr, key, {}); !refused.ok()) return refused;
  const ObjectPtr stored = Find(gvr, key);
  if (stored == nullptr) return Status::ObjectNotFound(gvr.group, gvr.resource, key.name);
  if (!options.uid.empty() && options.uid != stored->meta().uid) {
    return Status::ObjectConflict(gvr.group, gvr.resource, key.name, "the uid in the precondition is another");
  }
  JsonDocument json = stored->ToJson();
  auto& allocator = json.GetAllocator();
  std::vector<std::string> finalizers = stored->meta().finalizers;
  const auto want = [&](const char* finalizer) {
    if (std::find(finalizers.begin(), finalizers.end(), finalizer) == finalizers.end()) finalizers.push_back(finalizer);
  };
  if (!stored->meta().deleting && options.propagation_policy == "Foreground") want("foregroundDeletion");
  if (!stored->meta().deleting && options.propagation_policy == "Orphan") want("orphan");
  // A Pod on a node stops in its own time: the agent deletes it a second time, with grace 0.
  int64_t grace = 0;
  const std::string_view phase = FindString(json, {"status", "phase"});
  if (gvr == resources::kPods && !FindString(json, {"spec", "nodeName"}).empty() && phase != "Succeeded" &&
      phase != "Failed") {
    grace = options.grace_period_seconds.value_or(FindInt(json, {"spec", "terminationGracePeriodSeconds"}, 30));
  }
  const bool held = gvr == resources::kNamespaces && croft::Find(json, {"spec", "finalizers"}) != nullptr &&
                    !croft::Find(json, {"spec", "finalizers"})->Empty();
  if (finalizers.empty() && grace == 0 && !held) {
    Drop(gvr, key);
    return Status::Ok();
  }
  if (stored->meta().deleting && FindInt(json, {"metadata", "deletionGracePeriodSeconds"}) <= grace) {
    return Status::Ok();
  }
  Json& metadata = Ensure(json, "metadata", allocator);
  SetString(metadata, "deletionTimestamp", FormatTime(clock_.Now() + std::chrono::seconds(grace)), allocator);
  Set(metadata, "deletionGracePeriodSeconds", Json(grace), allocator);
  if (!finalizers.empty()) {
    Json list(rapidjson::kArrayType);
    for (const std::string& f : finalizers) list.PushBack(MakeString(f, allocator), allocator);
    Set(metadata, "finalizers", std::move(list), allocator);
  }
  if (held) SetString(Ensure(json, "status", allocator), "phase", "Terminating", allocator);
  Store(gvr, key, json);
  return Status::Ok();
}

ObjectPtr FakeClient::Seed(const GroupVersionResource& gvr, std::string_view text) {
  Result<JsonDocument> json = ParseJson(text);
  if (!json.ok() || !json->IsObject()) {
    std::cerr << "FakeClient::Seed: " << json.status().message() << "\n" << text << "\n";
    std::abort();
  }
  std::lock_guard lock(mutex_);
  auto& allocator = json->GetAllocator();
  Json& metadata = Ensure(*json, "metadata", allocator);
  if (croft::Find(metadata, "uid") == nullptr) SetString(metadata, "uid", NewUid(random_), allocator);
  if (croft::Find(metadata, "creationTimestamp") == nullptr) {
    SetString(metadata, "creationTimestamp", FormatTime(clock_.Now()), allocator);
  }
  if (croft::Find(metadata, "generation") == nullptr) Set(metadata, "generation", Json(1), allocator);
  const Key key{std::string(FindString(metadata, {"namespace"})), std::string(FindString(metadata, {"name"}))};
  return Store(gvr, key, *json);
}

void FakeClient::Remove(const GroupVersionResource& gvr, const Key& key) {
  std::lock_guard lock(mutex_);
  Drop(gvr, key);
}

void FakeClient::SetFault(Fault fault) {
  std::lock_guard lock(mutex_);
  fault_ = std::move(fault);
}

void FakeClient::FailWrite(int nth, Status why) {
  std::lock_guard lock(mutex_);
  failing_writes_.emplace_back(nth, std::move(why));
}

void FakeClient::ForgetFailures() {
  std::lock_guard lock(mutex_);
  failing_writes_.clear();
}

void FakeClient::SetAway(bool away) {
  {
    std::lock_guard lock(mutex_);
    away_ = away;
  }
  if (away) CloseWatches(Status::Unavailable("the server went away"));
}

void FakeClient::CloseWatches(const Status& why) {
  std::lock_guard lock(mutex_);
  for (const auto& weak : streams_) {
    auto stream = weak.lock();
    if (stream == nullptr) continue;
    {
      std::lock_guard stream_lock(stream->mutex);
      stream->close = why;
    }
    Deliver(stream);
  }
  streams_.clear();
}

void FakeClient::Compact() {
  std::lock_guard lock(mutex_);
  history_.clear();
  compacted_ = revision_;
}

void FakeClient::HoldEvents(bool hold) {
  std::lock_guard lock(mutex_);
  held_ = hold;
  if (hold) return;
  for (const auto& weak : streams_) {
    if (auto stream = weak.lock()) Deliver(stream);
  }
}

void FakeClient::RepeatEvents(int times) {
  std::lock_guard lock(mutex_);
  repeat_ = times;
}

std::vector<ObjectPtr> FakeClient::All(const GroupVersionResource& gvr, const std::string& ns) const {
  std::lock_guard lock(mutex_);
  std::vector<ObjectPtr> all;
  const auto resource = objects_.find(gvr);
  if (resource == objects_.end()) return all;
  for (const auto& [key, object] : resource->second) {
    if (ns.empty() || key.ns == ns) all.push_back(object);
  }
  return all;
}

ObjectPtr FakeClient::Peek(const GroupVersionResource& gvr, const Key& key) const {
  std::lock_guard lock(mutex_);
  return Find(gvr, key);
}

std::vector<std::string> FakeClient::TakeWrites() {
  std::lock_guard lock(mutex_);
  return std::exchange(writes_, {});
}

uint64_t FakeClient::revision() const {
  std::lock_guard lock(mutex_);
  return revision_;
}

}  // namespace croft::fakes
