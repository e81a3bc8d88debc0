#pragma once

#include "api/server/strategies/strategy.h"

// Strategies of the kinds that say who may do what, each in the file of its topic.
namespace croft::server {

void AddRoleStrategies(StrategyMap& strategies);  // roles.cc: rbac.authorization.k8s.io
void AddAdmissionStrategies(
    StrategyMap& strategies);  // admission.cc: admissionregistration.k8s.io, apiregistration.k8s.io
void AddReviewStrategies(StrategyMap& strategies);  // reviews.cc: authorization.k8s.io

}  // namespace croft::server
