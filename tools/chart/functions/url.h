#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/base/result.h"

namespace croft::chart {

// A URL's parts as net/url reads and writes them: [scheme:][//[userinfo@]host][/]path[?query][#fragment], or
// scheme:opaque[?query][#fragment]. Path and fragment are decoded, the query is as it was written.
struct Url {
  struct User {
    std::string name;
    std::optional<std::string> password;
    std::string ToString() const;
  };

  std::string scheme;
  std::string opaque;
  std::optional<User> user;
  std::string host;  // with its port
  std::string path;
  std::string query;
  std::string fragment;

  static Result<Url> Parse(std::string_view text);
  // "name" and perhaps ":password", as it stands before the @.
  static Result<User> ParseUser(std::string_view text);
  // The host without port and brackets.
  std::string HostName() const;
  std::string ToString() const;
};

}  // namespace croft::chart
