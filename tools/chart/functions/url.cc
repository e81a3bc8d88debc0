#include "tools/chart/functions/url.h"

#include <arpa/inet.h>

#include <algorithm>

#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/runes.h"
#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

enum class Part { kPath, kUser, kHost, kZone, kFragment };

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Whether the byte stands for itself in that part (RFC 3986, and what net/url leaves beyond it).
bool IsPlain(char c, Part part) {
  if (IsAlphanumeric(c)) return true;
  const auto in = [c](std::string_view set) { return set.find(c) != std::string_view::npos; };
  if (in("-_.~")) return true;
  switch (part) {
    case Part::kPath:
      return in("$&+,/:;=@");
    case Part::kUser:
      return in("$&+,;=");
    case Part::kHost:
    case Part::kZone:
      return in("!$&'()*+,;=:[]<>\"");
    case Part::kFragment:
      return in("$&+,/:;=?@!()*");
  }
  return false;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Status BadEscape(std::string_view text) {
  return Wrong("invalid URL escape " + GoQuote(text.substr(0, 3)));
}

Result<std::string> Unescape(std::string_view text, Part part) {
  std::string out;
  const bool host = part == Part::kHost || part == Part::kZone;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '%') {
      if (host && static_cast<unsigned char>(c) < 0x80 && !IsPlain(c, part)) {
        return Wrong("invalid character " + GoQuote(text.substr(i, 1)) + " in host name");
      }
      out += c;
      continue;
    }
    if (i + 2 >= text.size() || HexDigit(text[i + 1]) < 0 || HexDigit(text[i + 2]) < 0)
      return BadEscape(text.substr(i));
    const int byte = HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]);
    const bool percent = byte == '%';
    // In a host only what is not ASCII may be escaped, in an IPv6 zone only what could stand plainly.
    if (part == Part::kHost && byte < 0x80 && !percent) return BadEscape(text.substr(i));
    if (part == Part::kZone && !percent && byte != ' ' && !IsPlain(static_cast<char>(byte), Part::kHost)) {
      return BadEscape(text.substr(i));
    }
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

std::string Escape(std::string_view text, Part part) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (IsPlain(c, part)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

bool IsPort(std::string_view text) {
  return text.empty() || (text[0] == ':' && text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

Status CheckPort(std::string_view text) {
  return IsPort(text) ? Status::Ok() : Wrong("invalid port " + GoQuote(text) + " after host");
}

// "[fe80::1%25en0]:80"
Result<std::string> ParseBracketed(std::string_view host) {
  const size_t close = host.rfind(']');
  if (close == std::string_view::npos) return Wrong("missing ']' in host");
  CROFT_RETURN_IF_ERROR(CheckPort(host.substr(close + 1)));
  const std::string_view inside = host.substr(1, close - 1);
  const size_t zone = std::min(inside.find("%25"), inside.size());
  const Result<std::string> address = Unescape(inside.substr(0, zone), Part::kHost);
  if (!address.ok()) return address.status();
  const Result<std::string> zone_name = Unescape(inside.substr(zone), Part::kZone);
  if (!zone_name.ok()) return zone_name.status();
  in6_addr parsed;
  const bool empty_zone = *zone_name == "%";
  in_addr four;
  if (inet_pton(AF_INET, address->c_str(), &four) == 1 && zone_name->empty()) return Wrong("invalid IP-literal");
  if (inet_pton(AF_INET6, address->c_str(), &parsed) != 1 || address->find('\0') != std::string::npos || empty_zone) {
    return Wrong("invalid host: not an IPv6 address: " + GoQuote(*address));
  }
  return "[" + *address + *zone_name + "]" + std::string(host.substr(close + 1));
}

Result<std::string> ParseHost(std::string_view scheme, std::string_view host) {
  const size_t open = host.rfind('[');
  if (open != std::string_view::npos) return open > 0 ? Wrong("invalid IP-literal") : ParseBracketed(host);
  if (host.find(':') != std::string_view::npos) {
    // Several hosts with ports are some databases' way, and none of the web's.
    const bool web = scheme == "http" || scheme == "https";
    CROFT_RETURN_IF_ERROR(CheckPort(host.substr(web ? host.find(':') : host.rfind(':'))));
  }
  return Unescape(host, Part::kHost);
}

// The scheme before the first colon; empty when there is none.
Result<std::string_view> FindScheme(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i == 0 ? Result<std::string_view>(Wrong("missing protocol scheme")) : text.substr(0, i);
    const bool letter = IsAlphanumeric(c) && !(c >= '0' && c <= '9');
    const bool later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!letter && (!later || i == 0)) break;
  }
  return std::string_view();
}

Status ParseAuthority(Url& url, std::string_view authority) {
  const size_t at = authority.rfind('@');
  Result<std::string> host = ParseHost(url.scheme, at == std::string_view::npos ? authority : authority.substr(at + 1));
  if (!host.ok()) return host.status();
  url.host = std::move(*host);
  if (at == std::string_view::npos) return Status::Ok();
  Result<Url::User> user = Url::ParseUser(authority.substr(0, at));
  if (!user.ok()) return user.status();
  url.user = std::move(*user);
  return Status::Ok();
}

Status ParseRest(Url& url, std::string_view rest) {
  for (const char c : rest) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) return Wrong("net/url: invalid control character in URL");
  }
  if (rest == "*") {
    url.path = "*";
    return Status::Ok();
  }
  const Result<std::string_view> scheme = FindScheme(rest);
  if (!scheme.ok()) return scheme.status();
  url.scheme = LowerCase(*scheme);
  if (!scheme->empty()) rest.remove_prefix(scheme->size() + 1);
  if (const size_t mark = rest.find('?'); mark != std::string_view::npos) {
    url.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  if (!rest.starts_with('/')) {
    if (!url.scheme.empty()) {
      url.opaque = rest;
      return Status::Ok();
    }
    if (rest.substr(0, rest.find('/')).find(':') != std::string_view::npos) {
      return Wrong("first path segment in URL cannot contain colon");
    }
  }
  if (rest.starts_with("//") && (!url.scheme.empty() || !rest.starts_with("///"))) {
    const std::string_view authority = rest.substr(2, rest.find('/', 2) - 2);
    rest.remove_prefix(2 + authority.size());
    CROFT_RETURN_IF_ERROR(ParseAuthority(url, authority));
  }
  Result<std::string> path = Unescape(rest, Part::kPath);
  if (!path.ok()) return path.status();
  url.path = std::move(*path);
  return Status::Ok();
}

}  // namespace

std::string Url::User::ToString() const {
  return Escape(name, Part::kUser) + (password ? ":" + Escape(*password, Part::kUser) : "");
}

Result<Url::User> Url::ParseUser(std::string_view text) {
  for (const char c : text) {
    if (!IsAlphanumeric(c) && std::string_view("-._:~!$&'()*+,;=%@").find(c) == std::string_view::npos) {
      return Wrong("net/url: invalid userinfo");
    }
  }
  const size_t colon = text.find(':');
  const Result<std::string> name = Unescape(text.substr(0, colon), Part::kUser);
  if (!name.ok()) return name.status();
  if (colon == std::string_view::npos) return User{*name, std::nullopt};
  const Result<std::string> password = Unescape(text.substr(colon + 1), Part::kUser);
  if (!password.ok()) return password.status();
  return User{*name, *password};
}

Result<Url> Url::Parse(std::string_view text) {
  Url url;
  const size_t hash = text.find('#');
  const std::string_view before = text.substr(0, hash);
  if (Status failed = ParseRest(url, before); !failed.ok()) {
    return Wrong("parse " + GoQuote(before) + ": " + failed.message());
  }
  if (hash != std::string_view::npos) {
    Result<std::string> fragment = Unescape(text.substr(hash + 1), Part::kFragment);
    if (!fragment.ok()) return Wrong("parse " + GoQuote(text) + ": " + fragment.status().message());
    url.fragment = std::move(*fragment);
  }
  return url;
}

std::string Url::HostName() const {
  std::string_view name = host;
  const size_t colon = name.rfind(':');
  if (colon != std::string_view::npos && IsPort(name.substr(colon))) name = name.substr(0, colon);
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  return std::string(name);
}

std::string Url::ToString() const {
  std::string out;
  if (!scheme.empty()) out += scheme + ":";
  if (!opaque.empty()) {
    out += opaque;
  } else {
    if (!host.empty() || user || (!scheme.empty() && !path.empty())) out += "//";
    if (user) out += user->ToString() + "@";
    out += Escape(host, Part::kHost);
    const std::string escaped = path == "*" ? path : Escape(path, Part::kPath);
    if (!escaped.empty() && escaped[0] != '/' && !host.empty()) out += '/';
    // A colon in what comes first would make a scheme of it.
    if (out.empty() && escaped.substr(0, escaped.find('/')).find(':') != std::string::npos) out += "./";
    out += escaped;
  }
  if (!query.empty()) out += "?" + query;
  if (!fragment.empty()) out += "#" + Escape(fragment, Part::kFragment);
  return out;
}

}  // namespace croft::chart
