#include <future>

#include "api/server/resource_service.h"

namespace croft::server {
namespace {

// How many names chance may propose, as in Kubernetes.
constexpr int kNameAttempts = 8;

Status MethodNotAllowed() {
  return {Reason::kMethodNotAllowed, "the server does not allow this method on the requested resource"};
}

// Who was given a name by chance may well try again.
Status NameTaken(const Served& served, const std::string& name, bool generated) {
  Status exists = Status::ObjectExists(served.def().group, served.def().plural, name);
  if (!generated) return exists;
  StatusDetails details = exists.details();
  details.retry_after = std::chrono::seconds(1);
  Status status =
      Status::AlreadyExists(exists.message() + ", the server was not able to generate a unique name for the object");
  return status.WithDetails(std::move(details));
}

Status RefuseWhileTerminating(const Served& served, const std::string& name) {
  const std::string& group = served.def().group;
  Status status = Status::Forbidden(served.def().plural + "." + group + " \"" + name +
                                    "\" is forbidden: create not allowed while custom resource definition is "
                                    "terminating");
  return status.WithDetails({group, served.def().plural, name, {}, {}, {}});
}

}  // namespace

void ResourceService::Create(const Identity& who, const Target& target, JsonDocument body, const WriteOptions& options,
                             CreateDone done) {
  Result<Served> served = Admit(who, target, "create");
  if (!served.ok()) return done(served.status());
  if (served->def().create_only) return done(Answer(who, *served, target, std::move(body), options));
  if (!target.subresource.empty()) return done(CreateSubresource(*served, target, body, options));
  if (!target.name.empty()) return done(MethodNotAllowed());
  if (const Status scope = CheckScope(*served, target, false); !scope.ok()) return done(scope);
  if (served->def().namespaced && target.ns.empty()) {
    // Under that path posted kinds are only listed, and nothing else is known there.
    return done(served->def().builtin ? MethodNotAllowed() : PathNotFound());
  }

  const bool generated =
      FindString(body, {"metadata", "name"}).empty() && !FindString(body, {"metadata", "generateName"}).empty();
  if (!generated) return CreateOnce(who, *served, target, std::move(body), options, false, std::move(done));
  CreateUnderSomeName(who, *served, target, std::make_shared<const JsonDocument>(std::move(body)), options,
                      kNameAttempts, std::move(done));
}

void ResourceService::CreateUnderSomeName(const Identity& who, const Served& served, const Target& target,
                                          const std::shared_ptr<const JsonDocument>& body, const WriteOptions& options,
                                          int attempts, CreateDone done) {
  JsonDocument copy;
  copy.CopyFrom(*body, copy.GetAllocator());
  CreateOnce(who, served, target, std::move(copy), options, true,
             [this, who, served, target, body, options, attempts, done = std::move(done)](Result<WriteResult> result) {
               if (result.ok() || !result.status().IsAlreadyExists() || attempts == 1) return done(std::move(result));
               CreateUnderSomeName(who, served, target, body, options, attempts - 1, done);
             });
}

void ResourceService::CreateOnce(const Identity& who, const Served& served, const Target& target, JsonDocument body,
                                 const WriteOptions& options, bool generated, CreateDone done) {
  Result<Prepared> prepared = PrepareCreate(who, served, target, body, options);
  if (!prepared.ok()) return done(prepared.status());
  if (served.terminating) {
    GiveBack(prepared->undo);
    return done(RefuseWhileTerminating(served, prepared->draft->meta().name));
  }
  const store::GroupResource resource = ResourceOf(served);
  const auto exists = [kept = served, generated](const std::string& name) { return NameTaken(kept, name, generated); };
  const Key key = prepared->draft->meta().key();
  if (options.dry_run) {
    GiveBack(prepared->undo);
    if (parts_.store.Get(resource, key) != nullptr) {
      return done(exists(key.name));
    }
    Result<ObjectPtr> object = Object::From(body);
    if (!object.ok()) return done(object.status());
    return done(WriteResult{InVersion(served, *object), true, std::move(prepared->warnings)});
  }
  const auto answer = [this, exists, kept = served, name = key.name, warnings = std::move(prepared->warnings),
                       undo = std::move(prepared->undo)](const Result<ObjectPtr>& stored) -> Result<WriteResult> {
    if (stored.ok()) return WriteResult{InVersion(kept, *stored), true, warnings};
    auto give_back = undo;
    GiveBack(give_back);
    if (!stored.status().IsAlreadyExists()) return stored.status();
    return exists(name);
  };
  store::Write write{resource, key, std::move(prepared->draft), 0, served.def().ephemeral};
  if (!HasFollowUp(served)) {
    parts_.store.Commit(std::move(write),
                        [answer, done = std::move(done)](const Result<ObjectPtr>& stored) { done(answer(stored)); });
    return;
  }
  const Result<ObjectPtr> stored = parts_.store.CommitAndWait(std::move(write));
  if (stored.ok()) FollowUp(served, *stored, false);
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
