#pragma once

namespace croft::server {

// The version that clients are told: of the Kubernetes API that is spoken, and Croft's own behind it.
inline constexpr const char* kKubernetesMajor = "1";
inline constexpr const char* kKubernetesMinor = "33";
inline constexpr const char* kGitVersion = "v1.33.0+croft0.1.0";

}  // namespace croft::server
