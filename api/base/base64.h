#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace croft {

// RFC 4648 base64 with padding, as Secret.data and kubeconfig carry it.
std::string Base64Encode(std::string_view bytes);
// None when malformed. White space is not accepted.
std::optional<std::string> Base64Decode(std::string_view text);

// The same for URLs and tokens (RFC 7515): '-' and '_' for '+' and '/', and no padding.
std::string Base64UrlEncode(std::string_view bytes);
// None when malformed, and when another text stands for the same bytes: what a text means is told by one text only.
std::optional<std::string> Base64UrlDecode(std::string_view text);

}  // namespace croft
