#include "api/server/wire/watch_session.h"

#include "api/object/status_body.h"
#include "api/server/wire/reply.h"

namespace croft::server {
namespace {

constexpr Duration kBookmarkEvery = std::chrono::minutes(1);
constexpr Duration kBookmarkBeforeEnd = std::chrono::seconds(2);

std::string_view TypeName(WatchEventType type) {
  switch (type) {
    case WatchEventType::kAdded:
      return "ADDED";
    case WatchEventType::kModified:
      return "MODIFIED";
    case WatchEventType::kDeleted:
      return "DELETED";
  }
  return {};
}

std::string Line(std::string_view type, std::string_view object) {
  std::string line;
  line.reserve(object.size() + 40);
  line.append(R"({"type":")").append(type).append(R"(","object":)").append(object).append("}\n");
  return line;
}

}  // namespace

std::string WatchErrorLine(const Status& status) {
  return Line("ERROR", StatusBody(status));
}

std::string EventEncoder::Render(WatchEventType type, const ObjectPtr& object, const Served& served,
                                 const WatchForm& form) const {
  switch (form.as) {
    case WatchForm::As::kObject:
      return Line(TypeName(type), object->bytes());
    case WatchForm::As::kPartial:
      return Line(TypeName(type), PartialObject(*object, form.version));
    case WatchForm::As::kTable:
      break;
  }
  const TableMeta meta{std::to_string(object->meta().revision), {}, {}};
  return Line(TypeName(type), RenderTable(served, {object}, meta, {form.version, form.include, clock_.Now()}));
}

http::SharedBytes EventEncoder::Encode(WatchEventType type, const ObjectPtr& object, const store::EventPtr& source,
                                       const Served& served, const WatchForm& form) {
  if (source == nullptr || form.as != WatchForm::As::kObject) return Share(Render(type, object, served, form));
  const std::lock_guard lock(mutex_);
  for (const Slot& slot : slots_) {
    if (slot.event == source && slot.type == type) return slot.bytes;
  }
  Slot& slot = slots_[next_++ % slots_.size()];
  slot = {source, type, Share(Render(type, object, served, form))};
  return slot.bytes;
}

void WatchSession::OnEvent(WatchEventType type, const ObjectPtr& object, const store::EventPtr& source) {
  http::SharedBytes line = encoder_.Encode(type, object, source, options_.served, options_.form);
  const std::lock_guard lock(mutex_);
  last_revision_ = std::max(last_revision_, object->meta().revision);
  if (!closed_) pending_.push_back(std::move(line));
}

void WatchSession::OnInitialEnd(uint64_t revision) {
  if (!options_.mark_initial_end) return;
  const std::lock_guard lock(mutex_);
  pending_.push_back(Share(BookmarkLine(revision, true)));
}

void WatchSession::OnPause() {
  const std::lock_guard lock(mutex_);
  Push();
}

void WatchSession::Push() {
  if (stream_ == nullptr || pending_.empty()) return;
  if (!closed_ && !stream_->WriteAll(pending_)) closed_ = true;
  pending_.clear();
}

size_t WatchSession::pending_bytes() const {
  const std::lock_guard lock(mutex_);
  size_t bytes = 0;
  for (const auto& piece : pending_) bytes += piece->size();
  return bytes;
}

void WatchSession::Begin(std::shared_ptr<http::Stream> stream) {
  const std::lock_guard lock(mutex_);
  stream_ = std::move(stream);
  Push();
  pending_.shrink_to_fit();
}

std::string WatchSession::BookmarkLine(uint64_t revision, bool initial_end) const {
  JsonDocument object(rapidjson::kObjectType);
  auto& allocator = object.GetAllocator();
  const Served& served = options_.served;
  SetString(object, "kind", served.def().kind, allocator);
  SetString(object, "apiVersion", ApiVersion(served.def().group, served.version->name), allocator);
  Json& metadata = Ensure(object, "metadata", allocator);
  SetString(metadata, "resourceVersion", std::to_string(revision), allocator);
  Set(metadata, "creationTimestamp", Json(), allocator);
  if (initial_end) {
    SetString(Ensure(metadata, "annotations", allocator), "k8s.io/initial-events-end", "true", allocator);
  }
  if (options_.form.as == WatchForm::As::kPartial) {
    SetString(object, "kind", "PartialObjectMetadata", allocator);
    SetString(object, "apiVersion", "meta.k8s.io/" + options_.form.version, allocator);
  }
  if (options_.form.as != WatchForm::As::kTable) return Line("BOOKMARK", WriteJson(object));
  const TableMeta meta{std::to_string(revision), {}, {}};
  return Line("BOOKMARK", RenderTable(served, {}, meta, {options_.form.version, options_.form.include, {}}));
}

void WatchSession::Bookmark(uint64_t revision) {
  const std::lock_guard lock(mutex_);
  // One never leads back behind what was sent.
  if (!options_.bookmarks || revision < last_revision_) return;
  last_revision_ = revision;
  pending_.push_back(Share(BookmarkLine(revision, false)));
  Push();
}

void WatchSession::MarkClosed() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

void WatchSession::End() {
  std::shared_ptr<http::Stream> stream;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    stream = stream_;
  }
  if (stream != nullptr) stream->Close();
}

bool WatchSession::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

void WatchSessions::Add(std::shared_ptr<WatchSession> session, std::unique_ptr<store::Subscription> subscription,
                        SteadyTime now, Duration limit) {
  const std::lock_guard lock(mutex_);
  const auto deadline = now + std::chrono::duration_cast<SteadyTime::duration>(limit);
  // One comes just before the end too, so that who watches again begins where this watch ended.
  const auto first = std::min(now + std::chrono::duration_cast<SteadyTime::duration>(kBookmarkEvery),
                              deadline - std::chrono::duration_cast<SteadyTime::duration>(kBookmarkBeforeEnd));
  entries_.push_back({std::move(session), std::move(subscription), deadline, first});
}

void WatchSessions::Tick(SteadyTime now, uint64_t revision) {
  std::list<Entry> ended;
  std::vector<std::shared_ptr<WatchSession>> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end();) {
      const auto next = std::next(it);
      if (it->session->closed() || now >= it->deadline) {
        ended.splice(ended.end(), entries_, it);
      } else if (now >= it->next_bookmark) {
        const auto last = it->deadline - std::chrono::duration_cast<SteadyTime::duration>(kBookmarkBeforeEnd);
        it->next_bookmark = now + std::chrono::duration_cast<SteadyTime::duration>(kBookmarkEvery);
        if (now < last) it->next_bookmark = std::min(it->next_bookmark, last);
        due.push_back(it->session);
      }
      it = next;
    }
  }
  for (Entry& entry : ended) {
    entry.subscription.reset();
    entry.session->End();
  }
  for (const auto& session : due) session->Bookmark(revision);
}

void WatchSessions::EndAll() {
  std::list<Entry> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(entries_);
  }
  for (Entry& entry : all) {
    entry.subscription.reset();
    entry.session->End();
  }
}

size_t WatchSessions::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace croft::server
