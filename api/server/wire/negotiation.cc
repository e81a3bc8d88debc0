#include "api/server/wire/negotiation.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>

namespace croft::server {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return lower;
}

template <class Each>
void Split(std::string_view text, char separator, const Each& each) {
  while (true) {
    const size_t at = text.find(separator);
    each(Trim(text.substr(0, at)));
    if (at == std::string_view::npos) return;
    text.remove_prefix(at + 1);
  }
}

std::optional<Format> FormatOf(std::string_view type) {
  if (type == "application/json" || type == "*/*" || type == "*" || type == "application/*") return Format::kJson;
  if (type == "application/yaml") return Format::kYaml;
  return std::nullopt;
}

bool KnownObjectForm(const Accepted& accepted) {
  if (accepted.as.empty() && accepted.group.empty() && accepted.version.empty()) return true;
  const bool known =
      accepted.as == "Table" || accepted.as == "PartialObjectMetadata" || accepted.as == "PartialObjectMetadataList";
  return known && accepted.group == "meta.k8s.io" && (accepted.version == "v1" || accepted.version == "v1beta1");
}

bool KnownDiscoveryForm(const Accepted& accepted) {
  if (accepted.as.empty()) return true;
  return accepted.as == "APIGroupDiscoveryList" && accepted.group == "apidiscovery.k8s.io" &&
         (accepted.version == "v2" || accepted.version == "v2beta1");
}

Result<Accepted> Negotiate(std::string_view accept, const std::function<bool(const Accepted&)>& known) {
  if (Trim(accept).empty()) return Accepted{};
  for (const MediaRange& range : ParseAccept(accept)) {
    const std::optional<Format> format = FormatOf(range.type);
    if (!format) continue;
    Accepted accepted{*format, std::string(range.Parameter("as")), std::string(range.Parameter("g")),
                      std::string(range.Parameter("v"))};
    if (!known(accepted)) continue;
    accepted.pretty = range.Parameter("pretty") == "1";
    return accepted;
  }
  return Status(Reason::kNotAcceptable,
                "only the following media types are accepted: application/json, application/yaml");
}

}  // namespace

std::string_view MediaRange::Parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

std::vector<MediaRange> ParseAccept(std::string_view header) {
  std::vector<MediaRange> ranges;
  Split(header, ',', [&](std::string_view part) {
    if (part.empty()) return;
    MediaRange range;
    bool first = true;
    Split(part, ';', [&](std::string_view piece) {
      if (first) {
        range.type = Lower(piece);
        first = false;
        return;
      }
      const size_t equal = piece.find('=');
      if (equal == std::string_view::npos) return;
      std::string_view value = Trim(piece.substr(equal + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
      const std::string name = Lower(Trim(piece.substr(0, equal)));
      if (name == "q") {
        range.quality = 0;  // what is no number is worth nothing
        std::from_chars(value.data(), value.data() + value.size(), range.quality);
      } else {
        range.parameters.emplace_back(name, value);
      }
    });
    ranges.push_back(std::move(range));
  });
  const auto wildcards = [](const MediaRange& range) {
    return range.type.starts_with('*') ? 2 : range.type.ends_with('*');
  };
  std::stable_sort(ranges.begin(), ranges.end(), [&](const MediaRange& a, const MediaRange& b) {
    return a.quality != b.quality ? a.quality > b.quality : wildcards(a) < wildcards(b);
  });
  return ranges;
}

Result<Accepted> NegotiateObject(std::string_view accept, bool tables) {
  return Negotiate(accept, [tables](const Accepted& accepted) {
    return KnownObjectForm(accepted) && (tables || accepted.as != "Table");
  });
}

Result<Accepted> NegotiateDiscovery(std::string_view accept) {
  return Negotiate(accept, KnownDiscoveryForm);
}

std::string BareContentType(std::string_view header) {
  return Lower(Trim(header.substr(0, header.find(';'))));
}

}  // namespace croft::server
