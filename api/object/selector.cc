#include "api/object/selector.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace croft {
namespace {

using Op = LabelSelector::Op;
using Requirement = LabelSelector::Requirement;

constexpr size_t kMaxNamePart = 63;
constexpr size_t kMaxPrefixPart = 253;

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The name part of a label key, or a label's value: alphanumeric at both ends, '-', '_' and '.' between them.
bool IsNamePart(std::string_view text) {
  if (text.empty() || text.size() > kMaxNamePart) return false;
  if (!IsAlnum(text.front()) || !IsAlnum(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return IsAlnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool IsPrefixPart(std::string_view text) {
  if (text.empty() || text.size() > kMaxPrefixPart) return false;
  if (text.front() == '.' || text.front() == '-' || text.back() == '.' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (IsAlnum(c) && !(c >= 'A' && c <= 'Z')) || c == '-' || c == '.'; });
}

std::optional<int64_t> AsInteger(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string Quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

Status Validate(const Requirement& requirement) {
  const size_t slash = requirement.key.find('/');
  const std::string_view key = requirement.key;
  const bool good = slash == std::string::npos
                        ? IsNamePart(key)
                        : IsPrefixPart(key.substr(0, slash)) && IsNamePart(key.substr(slash + 1));
  if (!good) {
    return Status::BadRequest("label selector: the key " + Quoted(key) +
                              " is not a label key: use [prefix/]name of letters, digits, '-', '_' and '.', "
                              "the name with at most 63 characters");
  }
  const bool ordered = requirement.op == Op::kGreaterThan || requirement.op == Op::kLessThan;
  for (const std::string& value : requirement.values) {
    if (ordered && !AsInteger(value)) {
      return Status::BadRequest("label selector: " + Quoted(value) + " after '" + requirement.key +
                                (requirement.op == Op::kLessThan ? "<" : ">") + "' must be an integer");
    }
    if (!ordered && !value.empty() && !IsNamePart(value)) {
      return Status::BadRequest("label selector: " + Quoted(value) + " is not a value of the label " +
                                Quoted(requirement.key) + ": use at most 63 letters, digits, '-', '_' and '.'");
    }
  }
  return Status::Ok();
}

// Reads the query form from left to right.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Requirement>> Run() {
    std::vector<Requirement> requirements;
    SkipSpace();
    while (at_ < text_.size()) {
      Result<Requirement> next = ReadRequirement();
      if (!next.ok()) return next.status();
      CROFT_RETURN_IF_ERROR(Validate(*next));
      requirements.push_back(std::move(*next));
      SkipSpace();
      if (at_ == text_.size()) break;
      if (!Take(",")) return Unexpected("','");
      SkipSpace();
      if (at_ == text_.size()) return Unexpected("a requirement");
    }
    return requirements;
  }

 private:
  Result<Requirement> ReadRequirement() {
    if (Take("!")) {
      std::string key(ReadWord());
      return Requirement{std::move(key), Op::kDoesNotExist, {}};
    }
    Requirement requirement{std::string(ReadWord()), Op::kExists, {}};
    if (requirement.key.empty()) return Unexpected("a label key");
    SkipSpace();
    if (at_ == text_.size() || text_[at_] == ',') return requirement;
    if (Take("!=")) {
      requirement.op = Op::kNotEquals;
    } else if (Take("==") || Take("=")) {
      requirement.op = Op::kEquals;
    } else if (Take(">")) {
      requirement.op = Op::kGreaterThan;
    } else if (Take("<")) {
      requirement.op = Op::kLessThan;
    } else {
      const std::string_view word = ReadWord();
      if (word != "in" && word != "notin") return Unexpected("an operator (=, ==, !=, in, notin, <, >)");
      requirement.op = word == "in" ? Op::kIn : Op::kNotIn;
      CROFT_RETURN_IF_ERROR(ReadSet(&requirement.values));
      return requirement;
    }
    SkipSpace();
    requirement.values.emplace_back(ReadWord());
    return requirement;
  }

  Status ReadSet(std::vector<std::string>* values) {
    SkipSpace();
    if (!Take("(")) return Unexpected("'('");
    do {
      SkipSpace();
      values->emplace_back(ReadWord());
      SkipSpace();
    } while (Take(","));
    return Take(")") ? Status::Ok() : Unexpected("',' or ')'");
  }

  std::string_view ReadWord() {
    SkipSpace();
    const size_t start = at_;
    while (at_ < text_.size() && std::string_view(" \t\r\n=!(),<>").find(text_[at_]) == std::string_view::npos) ++at_;
    return text_.substr(start, at_ - start);
  }

  bool Take(std::string_view token) {
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }

  void SkipSpace() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  Status Unexpected(std::string_view wanted) const {
    const std::string found = at_ < text_.size() ? "\"" + std::string(text_.substr(at_, 20)) + "\"" : "its end";
    return Status::BadRequest("label selector " + Quoted(text_) + ": found " + found + ", expected " +
                              std::string(wanted));
  }

  const std::string_view text_;
  size_t at_ = 0;
};

Status ReadMatchLabels(const Json& labels, std::string_view field, std::vector<Requirement>* out) {
  if (!labels.IsObject()) return Status::BadRequest(std::string(field) + ": must be an object of strings");
  for (const auto& label : labels.GetObject()) {
    if (!label.value.IsString()) {
      return Status::BadRequest(std::string(field) + "." + std::string(AsView(label.name)) + ": must be a string");
    }
    out->push_back({std::string(AsView(label.name)), Op::kEquals, {std::string(AsView(label.value))}});
  }
  return Status::Ok();
}

Status ReadExpression(const Json& expression, const std::string& field, std::vector<Requirement>* out) {
  Requirement requirement{std::string(FindString(expression, {"key"})), Op::kIn, {}};
  if (requirement.key.empty()) return Status::BadRequest(field + ".key: Required value");
  if (const Json* values = Find(expression, "values"); values != nullptr && !values->IsNull()) {
    if (!values->IsArray()) return Status::BadRequest(field + ".values: must be a list of strings");
    for (const Json& value : values->GetArray()) {
      if (!value.IsString()) return Status::BadRequest(field + ".values: must be a list of strings");
      requirement.values.emplace_back(AsView(value));
    }
  }
  const std::string_view op = FindString(expression, {"operator"});
  const bool wants_values = op == "In" || op == "NotIn";
  if (op == "In") {
    requirement.op = Op::kIn;
  } else if (op == "NotIn") {
    requirement.op = Op::kNotIn;
  } else if (op == "Exists") {
    requirement.op = Op::kExists;
  } else if (op == "DoesNotExist") {
    requirement.op = Op::kDoesNotExist;
  } else {
    return Status::BadRequest(field + ".operator: must be In, NotIn, Exists or DoesNotExist");
  }
  if (wants_values == requirement.values.empty()) {
    return Status::BadRequest(field + ".values: " + (wants_values ? "must hold at least one value" : "must be empty") +
                              " when the operator is " + std::string(op));
  }
  out->push_back(std::move(requirement));
  return Status::Ok();
}

bool Holds(const Requirement& requirement, const std::string* value) {
  const auto among = [&] { return std::binary_search(requirement.values.begin(), requirement.values.end(), *value); };
  switch (requirement.op) {
    case Op::kEquals:
    case Op::kIn:
      return value != nullptr && among();
    case Op::kNotEquals:
    case Op::kNotIn:
      return value == nullptr || !among();
    case Op::kExists:
      return value != nullptr;
    case Op::kDoesNotExist:
      return value == nullptr;
    case Op::kGreaterThan:
    case Op::kLessThan: {
      if (value == nullptr || requirement.values.size() != 1) return false;
      const std::optional<int64_t> has = AsInteger(*value);
      const std::optional<int64_t> bound = AsInteger(requirement.values.front());
      if (!has || !bound) return false;
      return requirement.op == Op::kGreaterThan ? *has > *bound : *has < *bound;
    }
  }
  return false;
}

std::string Render(const Requirement& requirement) {
  const std::string first = requirement.values.empty() ? "" : requirement.values.front();
  switch (requirement.op) {
    case Op::kEquals:
      return requirement.key + "=" + first;
    case Op::kNotEquals:
      return requirement.key + "!=" + first;
    case Op::kGreaterThan:
      return requirement.key + ">" + first;
    case Op::kLessThan:
      return requirement.key + "<" + first;
    case Op::kExists:
      return requirement.key;
    case Op::kDoesNotExist:
      return "!" + requirement.key;
    case Op::kIn:
    case Op::kNotIn:
      break;
  }
  std::string text = requirement.key + (requirement.op == Op::kIn ? " in (" : " notin (");
  for (size_t i = 0; i < requirement.values.size(); ++i) text += (i == 0 ? "" : ",") + requirement.values[i];
  return text + ")";
}

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

}  // namespace

Result<LabelSelector> LabelSelector::Parse(std::string_view text) {
  Result<std::vector<Requirement>> requirements = Parser(text).Run();
  if (!requirements.ok()) return requirements.status();
  return LabelSelector(std::move(*requirements));
}

LabelSelector::LabelSelector(std::vector<Requirement> requirements) : requirements_(std::move(requirements)) {
  for (Requirement& requirement : requirements_) std::sort(requirement.values.begin(), requirement.values.end());
}

Result<LabelSelector> LabelSelector::FromJson(const Json& selector) {
  if (!selector.IsObject()) return Status::BadRequest("selector: must be an object");
  const Json* labels = Find(selector, "matchLabels");
  const Json* expressions = Find(selector, "matchExpressions");
  std::vector<Requirement> requirements;
  // A plain map may well hold a label of these names; its values are strings then.
  const bool structured =
      (labels != nullptr && !labels->IsString()) || (expressions != nullptr && !expressions->IsString());
  if (!structured) {
    CROFT_RETURN_IF_ERROR(ReadMatchLabels(selector, "selector", &requirements));
  } else {
    if (labels != nullptr && !labels->IsNull()) {
      CROFT_RETURN_IF_ERROR(ReadMatchLabels(*labels, "selector.matchLabels", &requirements));
    }
    if (expressions != nullptr && !expressions->IsNull()) {
      if (!expressions->IsArray()) return Status::BadRequest("selector.matchExpressions: must be a list");
      for (rapidjson::SizeType i = 0; i < expressions->Size(); ++i) {
        const std::string field = "selector.matchExpressions[" + std::to_string(i) + "]";
        CROFT_RETURN_IF_ERROR(ReadExpression((*expressions)[i], field, &requirements));
      }
    }
  }
  for (const Requirement& requirement : requirements) CROFT_RETURN_IF_ERROR(Validate(requirement));
  return LabelSelector(std::move(requirements));
}

LabelSelector LabelSelector::FromLabels(const Labels& labels) {
  std::vector<Requirement> requirements;
  requirements.reserve(labels.size());
  for (const auto& [key, value] : labels) requirements.push_back({key, Op::kEquals, {value}});
  return LabelSelector(std::move(requirements));
}

bool LabelSelector::Matches(const Labels& labels) const {
  return std::all_of(requirements_.begin(), requirements_.end(),
                     [&](const Requirement& r) { return Holds(r, FindLabel(labels, r.key)); });
}

std::string LabelSelector::ToString() const {
  std::string text;
  for (const Requirement& requirement : requirements_) {
    if (!text.empty()) text += ',';
    text += Render(requirement);
  }
  return text;
}

Result<FieldSelector> FieldSelector::Parse(std::string_view text) {
  FieldSelector selector;
  size_t at = 0;
  while (at < text.size()) {
    Requirement requirement{"", true, ""};
    while (at < text.size() && text[at] != '=' && text[at] != '!' && text[at] != ',') requirement.field += text[at++];
    if (requirement.field.empty() && at < text.size() && text[at] == ',') {
      ++at;
      continue;
    }
    requirement.equals = at >= text.size() || text[at] != '!';
    const std::string_view rest = text.substr(std::min(at, text.size()));
    const size_t op_size = rest.starts_with("!=") || rest.starts_with("==") ? 2 : rest.starts_with("=") ? 1 : 0;
    if (op_size == 0 || requirement.field.empty()) {
      return Status::BadRequest("field selector " + Quoted(text) +
                                ": each part must be field=value, field==value or field!=value");
    }
    at += op_size;
    for (; at < text.size() && text[at] != ','; ++at) {
      if (text[at] == '=') {
        return Status::BadRequest("field selector " + Quoted(text) + ": write '=' in a value as '\\='");
      }
      if (text[at] == '\\') {
        ++at;
        if (at == text.size() || std::string_view("\\,=").find(text[at]) == std::string_view::npos) {
          return Status::BadRequest("field selector " + Quoted(text) +
                                    ": a backslash must be followed by ',', '=' or another backslash");
        }
      }
      requirement.value += text[at];
    }
    ++at;
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
