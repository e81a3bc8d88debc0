#include "api/object/selector.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "api/object/names.h"

namespace croft {
namespace {

using Op = LabelSelector::Op;
using Requirement = LabelSelector::Requirement;

std::optional<int64_t> AsInteger(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// 'at: Invalid value: "x": why', as Kubernetes says it.
Status Invalid(const std::string& at, std::string_view value, std::string_view why) {
  JsonDocument document;
  return Status::BadRequest(at + ": Invalid value: " + WriteJson(MakeString(value, document.GetAllocator())) + ": " +
                            std::string(why));
}

Status CheckKey(std::string_view key) {
  const std::string why = CheckQualifiedName(key);
  return why.empty() ? Status::Ok() : Invalid("<nil>", key, why);
}

Status CheckValues(const Requirement& requirement) {
  const bool ordered = requirement.op == Op::kGreaterThan || requirement.op == Op::kLessThan;
  for (size_t i = 0; i < requirement.values.size(); ++i) {
    const std::string& value = requirement.values[i];
    const std::string at = "values[" + std::to_string(i) + "]";
    if (ordered && !AsInteger(value))
      return Invalid(at, value, "for 'Gt', 'Lt' operators, the value must be an integer");
    if (const std::string why = CheckLabelValue(value); !why.empty()) {
      return Invalid(at + "[" + requirement.key + "]", value, why);
    }
  }
  return Status::Ok();
}

Status Validate(const Requirement& requirement) {
  CROFT_RETURN_IF_ERROR(CheckKey(requirement.key));
  return CheckValues(requirement);
}

// A word, or one of the signs "(", ")", ",", "!", "=", "==", "!=", "<", ">"; empty at the end of the text.
struct Token {
  enum class Kind { kEnd, kWord, kSign } kind = Kind::kEnd;
  std::string text;

  bool Is(std::string_view sign) const { return kind == Kind::kSign && text == sign; }
  bool IsWord() const { return kind == Kind::kWord; }
  bool IsEnd() const { return kind == Kind::kEnd; }
};

// Cuts the query form into tokens, one ahead of the reader.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text), next_(Cut()) {}

  const Token& Peek() const { return next_; }
  Token Take() { return std::exchange(next_, Cut()); }

 private:
  static constexpr std::string_view kSpace = " \t\r\n";
  static constexpr std::string_view kSigns = "=!(),><";
  static bool IsSpace(char c) { return kSpace.find(c) != std::string_view::npos; }
  static bool IsSign(char c) { return kSigns.find(c) != std::string_view::npos; }

  Token Cut() {
    while (!text_.empty() && IsSpace(text_.front())) text_.remove_prefix(1);
    if (text_.empty()) return {};
    const bool sign = IsSign(text_.front());
    size_t size = 1;
    if (sign) {
      size = text_.starts_with("==") || text_.starts_with("!=") ? 2 : 1;
    } else {
      while (size < text_.size() && !IsSpace(text_[size]) && !IsSign(text_[size])) ++size;
    }
    Token token{sign ? Token::Kind::kSign : Token::Kind::kWord, std::string(text_.substr(0, size))};
    text_.remove_prefix(size);
    return token;
  }

  std::string_view text_;
  Token next_;
};

// Reads the query form from left to right; what it complains about is worded as Kubernetes does.
class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  Result<std::vector<Requirement>> Run() {
    std::vector<Requirement> requirements;
    if (lexer_.Peek().IsEnd()) return requirements;
    if (!BeginsRequirement()) return Unexpected(lexer_.Peek(), "!, identifier, or 'end of string'");
    for (;;) {
      Result<Requirement> next = ReadRequirement();
      if (!next.ok()) return Status::BadRequest("unable to parse requirement: " + next.status().message());
      requirements.push_back(std::move(*next));
      const Token end = lexer_.Take();
      if (end.IsEnd()) return requirements;
      if (!end.Is(",")) return Unexpected(end, "',' or 'end of string'");
      if (!BeginsRequirement()) return Unexpected(lexer_.Peek(), "identifier after ','");
    }
  }

 private:
  bool BeginsRequirement() const { return lexer_.Peek().IsWord() || lexer_.Peek().Is("!"); }

  Result<Requirement> ReadRequirement() {
    const bool negated = lexer_.Peek().Is("!");
    if (negated) lexer_.Take();
    const Token key = lexer_.Take();
    if (!key.IsWord()) return Unexpected(key, "identifier");
    CROFT_RETURN_IF_ERROR(CheckKey(key.text));
    Requirement requirement{key.text, negated ? Op::kDoesNotExist : Op::kExists, {}};
    if (negated || lexer_.Peek().IsEnd() || lexer_.Peek().Is(",")) return requirement;
    CROFT_RETURN_IF_ERROR(ReadOperator(&requirement.op));
    const bool set = requirement.op == Op::kIn || requirement.op == Op::kNotIn;
    std::vector<std::string>& values = requirement.values;
    CROFT_RETURN_IF_ERROR(set ? ReadSet(&values) : ReadValue(&values));
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    CROFT_RETURN_IF_ERROR(CheckValues(requirement));
    return requirement;
  }

  Status ReadOperator(Op* op) {
    static constexpr std::pair<std::string_view, Op> kOperators[] = {
        {"in", Op::kIn},        {"notin", Op::kNotIn},   {"=", Op::kEquals},  {"==", Op::kEquals},
        {"!=", Op::kNotEquals}, {">", Op::kGreaterThan}, {"<", Op::kLessThan}};
    const Token token = lexer_.Take();
    for (const auto& [text, known] : kOperators) {
      if (token.text == text) return *op = known, Status::Ok();
    }
    return Unexpected(token, "in, notin, =, ==, !=, gt, lt");
  }

  Status ReadValue(std::vector<std::string>* values) {
    if (lexer_.Peek().IsEnd() || lexer_.Peek().Is(",")) return values->emplace_back(), Status::Ok();
    Token value = lexer_.Take();
    if (!value.IsWord()) return Unexpected(value, "identifier");
    values->push_back(std::move(value.text));
    return Status::Ok();
  }

  // "(a,b)"; between commas, and between a comma and a parenthesis, stands the empty value.
  Status ReadSet(std::vector<std::string>* values) {
    if (const Token open = lexer_.Take(); !open.Is("(")) {
      return Status::BadRequest("found '" + open.text + "' expected: '('");
    }
    if (!lexer_.Peek().IsWord() && !lexer_.Peek().Is(",") && !lexer_.Peek().Is(")")) {
      return Unexpected(lexer_.Peek(), "',', ')' or identifier");
    }
    for (;;) {
      values->push_back(lexer_.Peek().IsWord() ? lexer_.Take().text : std::string());
      const Token end = lexer_.Take();
      if (end.Is(")")) return Status::Ok();
      if (!end.Is(",")) return Unexpected(end, "',' or ')'");
      if (!lexer_.Peek().IsWord() && !lexer_.Peek().Is(",") && !lexer_.Peek().Is(")")) {
        return Unexpected(lexer_.Peek(), "',', or identifier");
      }
    }
  }

  static Status Unexpected(const Token& found, std::string_view wanted) {
    return Status::BadRequest("found '" + found.text + "', expected: " + std::string(wanted));
  }

  Lexer lexer_;
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

}  // namespace croft
