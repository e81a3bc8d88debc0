#pragma once

#include "api/schema/complaints.h"

// Checks of single texts and numbers.
namespace croft::schema {

void CheckText(const Node& node, const Json& value, Complaints& out);
void CheckNumber(const Node& node, const Json& value, Complaints& out);
void CheckEnumeration(const Bounds& bounds, const Json& value, Complaints& out);

}  // namespace croft::schema
