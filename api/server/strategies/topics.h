#pragma once

#include "api/server/strategies/strategy.h"

// Strategies that need no name outside their own file, each in the file of its topic.
namespace croft::server {

void AddControllerStrategies(StrategyMap& strategies);      // controllers.cc: what makes Pods, beside the workloads
void AddLimitStrategies(StrategyMap& strategies);           // limits.cc: quotas, limit ranges, disruption budgets
void AddAutoscalerStrategies(StrategyMap& strategies);      // autoscaler.cc: autoscaling
void AddNetworkPolicyStrategies(StrategyMap& strategies);   // network_policy.cc: networking.k8s.io NetworkPolicy
void AddClassStrategies(StrategyMap& strategies);           // classes.cc: priority, runtime and storage classes
void AddServiceRangeStrategies(StrategyMap& strategies);    // service_ranges.cc: IPAddress, ServiceCIDR
void AddSigningRequestStrategies(StrategyMap& strategies);  // signing_requests.cc: certificates.k8s.io
void AddStorageStrategies(StrategyMap& strategies);         // storage_drivers.cc: the rest of storage.k8s.io

}  // namespace croft::server
