#pragma once

#include <string>
#include <vector>

#include "api/object/json.h"

namespace croft::workloads {

// The pod template of a lab Service, from its `template` or from the fields that describe one container.
Json LabPodTemplate(const std::string& name, const Json& spec, JsonAllocator& allocator);

// Fields of a lab Service that are accepted and not acted on.
std::vector<std::string> UnsupportedLabFields(const Json& spec);
// What is wrong with it beyond its schema, each naming its field.
std::vector<std::string> LabServiceProblems(const Json& spec);

}  // namespace croft::workloads
