#pragma once

#include "api/server/strategies/strategy.h"

// The strategies of the built-in kinds, each in the file of its name or topic. README.md in manifests/kinds lists what
// they add to the schemas.
namespace croft::server {

class PodStrategy final : public Strategy {
 public:
  const std::vector<std::vector<std::string>>& assigned() const override;
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  Status PrepareForUpdate(const Json& old, Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;
};

// Deployment, ReplicaSet, StatefulSet and DaemonSet.
class WorkloadStrategy final : public Strategy {
 public:
  enum class Kind { kDeployment, kReplicaSet, kStatefulSet, kDaemonSet };
  explicit WorkloadStrategy(Kind kind) : kind_(kind) {}
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  Status PrepareForUpdate(const Json& old, Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;

 private:
  void Default(Json& object, JsonAllocator& allocator) const;
  void ValidateDeployment(const Json& spec, Causes& causes) const;
  static void ValidateDaemonSet(const Json& spec, Causes& causes);
  const Kind kind_;
};

class JobStrategy final : public Strategy {
 public:
  const std::vector<std::vector<std::string>>& assigned() const override;
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  Status PrepareForUpdate(const Json& old, Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;
};

class CronJobStrategy final : public Strategy {
 public:
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  Status PrepareForUpdate(const Json& old, Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
};

class ServiceStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }
  const std::vector<std::vector<std::string>>& assigned() const override;
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  Status PrepareForUpdate(const Json& old, Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;
};

class SecretStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  Status PrepareForUpdate(const Json& old, Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;
};

class ConfigMapStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;
};

class NamespaceStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }
  const std::vector<std::vector<std::string>>& assigned() const override;
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  Status PrepareForUpdate(const Json& old, Json& object, StrategyContext& context) const override;
};

class NodeStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }
  bool keeps_status_on_create() const override { return true; }
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
};

// Kinds of plain data, whose changes nobody counts: ControllerRevision, Lease, ServiceAccount.
class PlainStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }
};

// Events, in the form that core/v1 shows and in that of events.k8s.io/v1.
class EventStrategy final : public Strategy {
 public:
  enum class Form { kCore, kEvents };
  explicit EventStrategy(Form form) : form_(form) {}
  bool has_generation() const override { return false; }
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;

 private:
  const Form form_;
};

class EndpointsStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }
  void Validate(const Json& object, Causes& causes) const override;
};

class EndpointSliceStrategy final : public Strategy {
 public:
  const std::vector<std::vector<std::string>>& assigned() const override;
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  Status PrepareForUpdate(const Json& old, Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;
};

class IngressStrategy final : public Strategy {
 public:
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
};

class IngressClassStrategy final : public Strategy {
 public:
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;
};

class ClaimStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;
};

class VolumeStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;
};

class CrdStrategy final : public Strategy {
 public:
  Status PrepareForCreate(Json& object, StrategyContext& context) const override;
  Status PrepareForUpdate(const Json& old, Json& object, StrategyContext& context) const override;
  void Validate(const Json& object, Causes& causes) const override;
  void ValidateUpdate(const Json& old, const Json& object, Causes& causes) const override;
};

class LabServiceStrategy final : public Strategy {
 public:
  void Validate(const Json& object, Causes& causes) const override;
};

class LabIngressStrategy final : public Strategy {
 public:
  void Validate(const Json& object, Causes& causes) const override;
};

class LabCertificateStrategy final : public Strategy {
 public:
  void Validate(const Json& object, Causes& causes) const override;
};

}  // namespace croft::server
