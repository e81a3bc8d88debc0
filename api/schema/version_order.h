#pragma once

#include <string_view>

namespace croft::schema {

// Which of two names of API versions clients prefer: above 0 when it is `a`. Stable versions come before betas and
// those before alphas (v2, v1, v2beta1, v1beta2, v3alpha1), newer before older; other names come last, by the alphabet.
int CompareApiVersions(std::string_view a, std::string_view b);

}  // namespace croft::schema
