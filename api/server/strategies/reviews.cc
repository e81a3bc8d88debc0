#include "api/server/strategies/policy.h"

// What the reviews of authorization.k8s.io must say.
namespace croft::server {
namespace {

bool Says(const Json& spec, std::string_view key) {
  const Json* found = Find(spec, key);
  return found != nullptr && found->IsObject();
}

class AccessReviewStrategy final : public Strategy {
 public:
  enum class Scope { kSelf, kCluster, kLocal };
  explicit AccessReviewStrategy(Scope scope) : scope_(scope) {}

  void Validate(const Json& review, Causes& causes) const override {
    const Json* spec = Find(review, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    const bool about_path = Says(*spec, "nonResourceAttributes");
    const bool about_objects = Says(*spec, "resourceAttributes");
    if (about_path && about_objects) {
      causes.Invalid("spec.nonResourceAttributes", *Find(*spec, "nonResourceAttributes"),
                     "cannot be specified in combination with resourceAttributes");
    } else if (!about_path && !about_objects) {
      causes.Invalid("spec.resourceAttributes", Json(),
                     "exactly one of nonResourceAttributes or resourceAttributes must be specified");
    }
    if (scope_ == Scope::kSelf) return;
    const Json* groups = Find(*spec, "groups");
    if (FindString(*spec, {"user"}).empty() && (groups == nullptr || !groups->IsArray() || groups->Empty())) {
      causes.Invalid("spec.user", "", "at least one of user or group must be specified");
    }
    if (scope_ == Scope::kLocal) ValidateLocal(review, *spec, causes);
  }

 private:
  static void ValidateLocal(const Json& review, const Json& spec, Causes& causes) {
    if (const Json* path = Find(spec, "nonResourceAttributes"); path != nullptr && path->IsObject()) {
      causes.Invalid("spec.nonResourceAttributes", *path, "disallowed on this kind of request");
    }
    const std::string_view ns = FindString(spec, {"resourceAttributes", "namespace"});
    if (Says(spec, "resourceAttributes") && ns != FindString(review, {"metadata", "namespace"})) {
      causes.Invalid("spec.resourceAttributes.namespace", ns, "must match metadata.namespace");
    }
  }

  const Scope scope_;
};

}  // namespace

void AddReviewStrategies(StrategyMap& strategies) {
  using Scope = AccessReviewStrategy::Scope;
  const char* group = "authorization.k8s.io";
  strategies[{group, "selfsubjectaccessreviews"}] = std::make_unique<AccessReviewStrategy>(Scope::kSelf);
  strategies[{group, "subjectaccessreviews"}] = std::make_unique<AccessReviewStrategy>(Scope::kCluster);
  strategies[{group, "localsubjectaccessreviews"}] = std::make_unique<AccessReviewStrategy>(Scope::kLocal);
}

}  // namespace croft::server
