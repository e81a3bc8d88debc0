#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace croft {

// RFC 4648 base64 with padding, as Secret.data and kubeconfig carry it.
std::string Base64Encode(std::string_view bytes);
// None when malformed. White space is not accepted.
std::optional<std::string> Base64Decode(std::string_view text);

}  // namespace croft
