#include <future>

#include "api/server/resource_service.h"

namespace croft::server {
namespace {

Status MethodNotAllowed() {
  return {Reason::kMethodNotAllowed, "the server does not allow this method on the requested resource"};
}

}  // namespace

void ResourceService::Create(const Identity& who, const Target& target, JsonDocument body, const WriteOptions& options,
                             CreateDone done) {
  Result<Served> served = Admit(who, target, "create");
  if (!served.ok()) return done(served.status());
  if (served->def().create_only) return done(Answer(who, *served, target, std::move(body), options));
  if (!target.subresource.empty()) return done(CreateSubresource(*served, target, std::move(body), options));
  if (!target.name.empty() || served->terminating) return done(MethodNotAllowed());
  if (const Status scope = CheckScope(*served, target, false); !scope.ok()) return done(scope);
  if (served->def().namespaced && target.ns.empty()) return done(MethodNotAllowed());

  Result<Prepared> prepared = PrepareCreate(who, *served, target, body, options);
  if (!prepared.ok()) return done(prepared.status());
  const store::GroupResource resource = ResourceOf(*served);
  const Key key = prepared->draft->meta().key();
  if (options.dry_run) {
    GiveBack(prepared->undo);
    if (parts_.store.Get(resource, key) != nullptr) {
      return done(Status::ObjectExists(resource.group, resource.resource, key.name));
    }
    Result<ObjectPtr> object = Object::From(body);
    if (!object.ok()) return done(object.status());
    return done(WriteResult{InVersion(*served, *object), true, std::move(prepared->warnings)});
  }
  const auto answer = [this, kept = *served, name = key.name, warnings = std::move(prepared->warnings),
                       undo = std::move(prepared->undo)](const Result<ObjectPtr>& stored) -> Result<WriteResult> {
    if (stored.ok()) return WriteResult{InVersion(kept, *stored), true, warnings};
    auto give_back = undo;
    GiveBack(give_back);
    if (!stored.status().IsAlreadyExists()) return stored.status();
    return Status::ObjectExists(kept.def().group, kept.def().plural, name);
  };
  store::Write write{resource, key, std::move(prepared->draft), 0, served->def().ephemeral};
  if (!HasFollowUp(*served)) {
    parts_.store.Commit(std::move(write),
                        [answer, done = std::move(done)](const Result<ObjectPtr>& stored) { done(answer(stored)); });
    return;
  }
  const Result<ObjectPtr> stored = parts_.store.CommitAndWait(std::move(write));
  if (stored.ok()) FollowUp(*served, *stored, false);
  done(answer(stored));
}

Result<WriteResult> ResourceService::CreateAndWait(const Identity& who, const Target& target, JsonDocument body,
                                                   const WriteOptions& options) {
  std::promise<Result<WriteResult>> promise;
  auto future = promise.get_future();
  Create(who, target, std::move(body), options,
         [&promise](Result<WriteResult> result) { promise.set_value(std::move(result)); });
  return future.get();
}

}  // namespace croft::server
