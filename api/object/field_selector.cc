#include <optional>

#include "api/object/selector.h"

namespace croft {
namespace {

// The text of a field as a field selector compares it; empty when absent or not a scalar.
std::string FieldText(const Json& object, std::string_view path) {
  const Json* at = &object;
  while (at != nullptr && !path.empty()) {
    const size_t dot = path.find('.');
    at = Find(*at, path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  if (at == nullptr || at->IsNull() || at->IsObject() || at->IsArray()) return "";
  return at->IsString() ? std::string(AsView(*at)) : WriteJson(*at);
}

// Where the term that begins at `start` ends: at a comma that no backslash stands before.
size_t EndOfTerm(std::string_view text, size_t start) {
  for (size_t at = start; at < text.size(); ++at) {
    if (text[at] == ',') return at;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

Status Unescape(std::string_view text, std::string* out) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '=') return Status::BadRequest("invalid field selector: unescaped character in value: 61");
    if (text[at] == '\\') {
      const std::string_view sequence = text.substr(at++, 2);
      if (at == text.size() || std::string_view("\\,=").find(text[at]) == std::string_view::npos) {
        return Status::BadRequest("invalid field selector: invalid escape sequence: " + std::string(sequence));
      }
    }
    *out += text[at];
  }
  return Status::Ok();
}

}  // namespace

Result<FieldSelector> FieldSelector::Parse(std::string_view text) {
  FieldSelector selector;
  for (size_t start = 0; start < text.size();) {
    const size_t end = EndOfTerm(text, start);
    const std::string_view term = text.substr(start, end - start);
    start = end + 1;
    if (term.empty()) continue;
    const size_t sign = term.find('=');
    if (sign == std::string_view::npos) {
      return Status::BadRequest("invalid selector: '" + std::string(text) + "'; can't understand '" +
                                std::string(term) + "'");
    }
    const bool negated = sign > 0 && term[sign - 1] == '!';
    std::string_view value = term.substr(sign + 1);
    if (!negated && value.starts_with('=')) value.remove_prefix(1);
    Requirement requirement{std::string(term.substr(0, sign - (negated ? 1 : 0))), !negated, ""};
    CROFT_RETURN_IF_ERROR(Unescape(value, &requirement.value));
    selector.requirements_.push_back(std::move(requirement));
  }
  return selector;
}

bool FieldSelector::Matches(const Object& object) const {
  std::optional<JsonDocument> body;
  for (const Requirement& requirement : requirements_) {
    bool same = false;
    if (requirement.field == "metadata.name") {
      same = object.name() == requirement.value;
    } else if (requirement.field == "metadata.namespace") {
      same = object.ns() == requirement.value;
    } else {
      if (!body) body = object.ToJson();
      same = FieldText(*body, requirement.field) == requirement.value;
    }
    if (same != requirement.equals) return false;
  }
  return true;
}

}  // namespace croft
