#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/base/id.h"
#include "api/base/result.h"
#include "api/object/patch.h"
#include "api/object/selector.h"
#include "api/server/account_tokens.h"
#include "api/server/authn.h"
#include "api/server/authz.h"
#include "api/server/catalog.h"
#include "api/server/continue_token.h"
#include "api/server/field_selectors.h"
#include "api/server/options.h"
#include "api/server/service_addresses.h"
#include "api/server/strategies/strategy.h"
#include "api/store/store.h"

namespace croft::server {

enum class WatchEventType { kAdded, kModified, kDeleted };

// Receives a watch's events, one call at a time: the first state on the thread that began the watch, then on the
// store's committing thread, where it must only hand them on. `source` is the store's event when `object` is unchanged
// in it, so that an encoding can be shared between watchers; else null.
class WatchReceiver {
 public:
  virtual ~WatchReceiver() = default;
  virtual void OnEvent(WatchEventType type, const ObjectPtr& object, const store::EventPtr& source) = 0;
  // The first state has been delivered; `revision` is its list's.
  virtual void OnInitialEnd(uint64_t revision) = 0;
  // After the last of some events that came together.
  virtual void OnPause() {}
};

// The API without HTTP: a function per verb, each in a file of its own. Every call is authorised as its identity,
// admitted, validated and answered with the API's own reasons. HTTP and the in-process client are both thin over it.
// Thread-safe.
class ResourceService {
 public:
  struct Parts {
    Catalog& catalog;
    store::Store& store;
    const Authorizer& authorizer;
    const Authenticator& authenticator;  // asked about the tokens of TokenReviews
    const AccountTokens& account_tokens;
    const StrategyRegistry& strategies;
    ServiceAddresses& addresses;
    Clock& clock;
    Random& random;
  };
  using CreateDone = std::function<void(Result<WriteResult>)>;
  // An update that is ready but for the disk: see Update.
  struct Pending {
    std::optional<store::Write> write;  // none: the result is complete
    std::function<Result<WriteResult>(const Result<ObjectPtr>& committed)> finish;
  };
  // Called after an object of the resource was stored or removed, on the thread that asked for it.
  struct Hooks {
    std::function<void(const ObjectPtr& ns)> namespace_created;
    std::function<void()> kinds_changed;  // a posted kind is served, or no longer
  };

  explicit ResourceService(Parts parts);

  void SetHooks(Hooks hooks) { hooks_ = std::move(hooks); }  // before the first request

  // subresource "scale" answers with an autoscaling/v1 Scale.
  Result<ObjectPtr> Get(const Identity& who, const Target& target, const GetOptions& options = {});
  // Pages of one list show one state, that of the first page's revision, for as long as the store's log reaches back.
  Result<ListResult> List(const Identity& who, const Target& target, const ListOptions& options);
  // The subscription ends the watch when destroyed.
  Result<std::unique_ptr<store::Subscription>> Watch(const Identity& who, const Target& target,
                                                     const WatchOptions& options,
                                                     const std::shared_ptr<WatchReceiver>& receiver);
  // `done` is called exactly once, on any thread, and must not block: the object is durable then.
  void Create(const Identity& who, const Target& target, JsonDocument body, const WriteOptions& options,
              CreateDone done);
  Result<WriteResult> CreateAndWait(const Identity& who, const Target& target, JsonDocument body,
                                    const WriteOptions& options);
  // Waits until the object is durable, unless `pending` is given: then that may be filled in instead, which is for
  // Commit, and the result is not to be looked at.
  Result<WriteResult> Update(const Identity& who, const Target& target, JsonDocument body, const WriteOptions& options,
                             Pending* pending = nullptr);
  Result<WriteResult> Patch(const Identity& who, const Target& target, PatchKind kind, const Json& patch,
                            const WriteOptions& options, Pending* pending = nullptr);
  // `done` as of Create. It is told of a conflict when another writer was faster, and may begin anew.
  void Commit(Pending pending, CreateDone done);
  Result<DeleteResult> Delete(const Identity& who, const Target& target, const DeleteOptions& options);
  // Whether a write of the kind waits until the disk has it, since more must be done then.
  bool WritesAreFollowed(const GroupVersionResource& gvr) const;
  // Deletes what the selectors find; the result is what was found.
  Result<ListResult> DeleteCollection(const Identity& who, const Target& target, const ListOptions& select,
                                      const DeleteOptions& options);

  // kForbidden when `who` may not.
  Status CheckAllowed(const Identity& who, const Target& target, std::string_view verb) const;

  // Serves the posted CustomResourceDefinitions that the store holds, and takes note of the addresses in use.
  Status Restore();

  const Authorizer& authorizer() const { return parts_.authorizer; }
  Catalog& catalog() { return parts_.catalog; }
  store::Store& store() { return parts_.store; }
  Clock& clock() { return parts_.clock; }

 private:
  // Makes the wanted state from the stored one; the document is the caller's to change further.
  using Change = std::function<Status(const ObjectPtr& stored, JsonDocument* wanted)>;
  struct Prepared {
    std::optional<Draft> draft;
    std::vector<std::string> warnings;
    std::vector<std::function<void()>> undo;
    bool unchanged = false;  // what is wanted is what is stored
    bool finished = false;   // being deleted, and nothing holds it any more
  };

  // The kind behind a target, after authorisation. kNotFound when it is not served.
  Result<Served> Admit(const Identity& who, const Target& target, std::string_view verb) const;
  Status CheckScope(const Served& served, const Target& target, bool needs_namespace) const;
  Status CheckNamespaceOpen(const Served& served, const std::string& ns, const std::string& name) const;
  ObjectPtr Stored(const Served& served, const Target& target) const;
  // The state that a list shows; kExpired when it is forgotten.
  Result<store::Snapshot> SnapshotFor(const Served& served, const std::string& ns, const ListOptions& options,
                                      const std::optional<Continue>& from) const;
  Result<Prepared> PrepareCreate(const Identity& who, const Served& served, const Target& target, JsonDocument& body,
                                 const WriteOptions& options);
  Result<Prepared> PrepareUpdate(const Served& served, const Target& target, const Object& stored, JsonDocument& body,
                                 const WriteOptions& options);
  void CreateOnce(const Identity& who, const Served& served, const Target& target, JsonDocument body,
                  const WriteOptions& options, bool generated, CreateDone done);
  // Under a name that chance proposes; under another where that one is taken, also in the last moment.
  void CreateUnderSomeName(const Identity& who, const Served& served, const Target& target,
                           const std::shared_ptr<const JsonDocument>& body, const WriteOptions& options, int attempts,
                           CreateDone done);
  // Checks and completes the body of a kind that is answered and never stored.
  Status PrepareQuestion(const Served& served, const Target& target, JsonDocument& body, const WriteOptions& options,
                         std::vector<std::string>* warnings) const;
  // What a create of such a kind comes to: reviews are answered, a Binding binds.
  Result<WriteResult> Answer(const Identity& who, const Served& served, const Target& target, JsonDocument body,
                             const WriteOptions& options);
  // Prunes and reports what the schema doesn't know.
  Status CheckFields(const Served& served, Json& object, const WriteOptions& options,
                     std::vector<std::string>& warnings) const;
  // All that can be wrong with a wanted state before it is looked at as an object of its kind.
  Status DecodeWanted(const Served& served, const Target& target, JsonDocument& body, const WriteOptions& options,
                      std::vector<std::string>& warnings) const;
  // Runs `change` on the stored object and stores what comes of it; again on a conflict unless a revision was asked
  // for.
  Result<WriteResult> Mutate(const Served& served, const Target& target, const Change& change,
                             const WriteOptions& options, Pending* pending = nullptr);
  // What a PUT of an absent object comes to, for the kinds that may be made so.
  Result<WriteResult> CreateByUpdate(const Identity& who, const Served& served, const Target& target, const Json& body,
                                     const WriteOptions& options);
  Status CheckUpdateRevision(const Served& served, const Target& target, const Object& stored,
                             const Json& wanted) const;
  Result<WriteResult> CommitUpdate(const Served& served, const Target& target, const ObjectPtr& stored,
                                   Prepared prepared, const WriteOptions& options, Pending* pending);
  // Deletes what is stored under a name; again when another writer was faster, as long as the preconditions hold.
  Result<DeleteResult> DeleteNamed(const Served& served, const Target& target, const DeleteOptions& options);
  // Marks the stored object as being deleted, or removes it.
  Result<DeleteResult> DeleteStored(const Served& served, const ObjectPtr& stored, const DeleteOptions& options);
  Result<DeleteResult> Remove(const Served& served, const ObjectPtr& stored);
  Result<DeleteResult> RemovePod(const Served& served, const ObjectPtr& stored, bool dry_run);
  Result<DeleteResult> MarkDeleting(const Served& served, const ObjectPtr& stored, std::optional<int64_t> grace,
                                    const std::vector<std::string>& finalizers, bool dry_run = false);

  Result<ObjectPtr> GetScale(const Served& served, const ObjectPtr& stored) const;
  Result<WriteResult> WriteScale(const Served& served, const Target& target,
                                 const std::function<Status(JsonDocument* scale)>& change, const WriteOptions& options);
  Result<WriteResult> CreateSubresource(const Served& served, const Target& target, const Json& body,
                                        const WriteOptions& options);
  Result<WriteResult> EvictPod(const Served& served, const Target& target, const Json& eviction,
                               const WriteOptions& options);
  Result<WriteResult> BindPod(const Served& served, const Target& target, const Json& binding,
                              const WriteOptions& options);
  // A token for a service account; nothing is stored.
  Result<WriteResult> CreateToken(const Target& account, const Json& request, const WriteOptions& options);
  Result<WriteResult> Apply(const Identity& who, const Target& target, const Json& config, const WriteOptions& given);
  Result<WriteResult> ApplyNew(const Identity& who, const Served& served, const Target& target, const Json& config,
                               const WriteOptions& options);
  Result<WriteResult> ApplyScale(const Served& served, const Target& target, const Json& scale,
                                 const WriteOptions& options);
  Status ApplyTo(const Served& served, const Target& target, const Json& config, const WriteOptions& options,
                 const ObjectPtr& stored, JsonDocument* wanted) const;

  // What follows once a write is durable, on a thread that may block.
  bool HasFollowUp(const Served& served) const;
  void FollowUp(const Served& served, const ObjectPtr& object, bool removed);
  void FollowCrd(const ObjectPtr& crd, bool removed);
  void ServeCrd(const ObjectPtr& crd);
  // Gives the definitions of a group the names that they wait for and that are free now.
  void ReconsiderNames(const std::string& group);
  // The definition once its status tells how its names are judged now, which is stored; itself when it does.
  ObjectPtr JudgeAgain(const ObjectPtr& crd);
  void CleanUpAfterCrd(const ObjectPtr& crd);
  // Lets a definition go once it is deleted and nothing of its kind is left.
  void FinishTerminatingCrd(const std::string& group, const std::string& plural);

  // The object as the requested version shows it.
  ObjectPtr InVersion(const Served& served, const ObjectPtr& object) const;

  Parts parts_;
  Hooks hooks_;
};

// Runs and forgets what undoes a preparation.
void GiveBack(std::vector<std::function<void()>>& undo);

store::GroupResource ResourceOf(const Served& served);

// Whether the object itself is read and written by way of the subresource; empty: by none.
bool ShowsObject(const Served& served, const std::string& subresource);
inline constexpr const char* kEphemeralContainers = "ephemeralcontainers";
// What is stored, with the containers for debugging that `wanted` has: all that their subresource lets change.
JsonDocument WithEphemeralContainers(const ObjectPtr& stored, const Json& wanted);
// Whether a whole object is what the URL names: its type, name and namespace. kBadRequest else.
Status CheckIdentity(const Served& served, const Target& target, const Json& object);
// Whether a status is written with its metadata, as of Kubernetes' own kinds; of posted ones nothing else is.
bool StatusHasMetadata(const Served& served);
// What Kubernetes' store says of a write that names another uid.
Status OtherUid(const Served& served, const Target& target, std::string_view wanted, std::string_view found);
// What a patch whose result can not be read is answered with.
Status Unreadable(const Json& patched, std::string_view why);

// Makes what was written in the served version what is stored.
void ToStorage(const Served& served, JsonDocument& object);
// What who asks for a path that leads nowhere is told.
Status PathNotFound();
// What who asks for a resource that is not served is told; where another version can be had, which.
Status NotServed(const CatalogView& view, const GroupVersionResource& gvr);
// Says in a definition's conditions that it is deleted; `cleaned`: nothing of its kind is left.
void MarkCrdTerminating(Json& crd, bool cleaned, WallTime now, JsonAllocator& allocator);

// The parsed selectors of a list or watch. kBadRequest for what is malformed or not supported by the kind.
struct Selectors {
  LabelSelector labels;
  FieldConditions fields;
  bool Matches(const Object& object) const;
  bool empty() const { return labels.empty() && fields.empty(); }
};
Result<Selectors> ParseSelectors(const Served& served, const std::string& labels, const std::string& fields);
// Empty and "0" are 0; kBadRequest when it is no number.
Result<uint64_t> ParseRevision(const std::string& text);

}  // namespace croft::server
