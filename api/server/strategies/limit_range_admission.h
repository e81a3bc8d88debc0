#pragma once

#include "api/server/strategies/strategy.h"

// What the LimitRanges of a namespace do to what is created there.
namespace croft::server {

// Fills in the requests and limits that the ranges have defaults for, and notes in an annotation what it filled in.
void ApplyLimitRangeDefaults(Json& pod, StrategyContext& context);
// Why the ranges forbid a pod, or a claim (PersistentVolumeClaim), in Kubernetes' words: kForbidden with all reasons.
Status CheckLimitRanges(const Json& object, std::string_view resource, const StrategyContext& context);

}  // namespace croft::server
