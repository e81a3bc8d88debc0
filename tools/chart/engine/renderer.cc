#include "tools/chart/engine/renderer.h"

#include <algorithm>

#include "tools/chart/value/go_quote.h"

namespace croft::chart {
namespace {

constexpr int kMaxIncludes = 1000;                    // of one name in itself, as Helm has it
constexpr size_t kMaxParsedBytes = size_t{16} << 20;  // of texts kept for `tpl`
constexpr std::string_view kTplName = "gotpl";        // how Helm names what `tpl` renders
constexpr std::string_view kNoValue = "<no value>";
// Around what `required` and `fail` say, so that it is found again in what the executor wraps around it.
constexpr std::string_view kWarnStart = "HELM_ERR_START";
constexpr std::string_view kWarnEnd = "HELM_ERR_END";

Status Warning(std::string_view message) {
  return Status::Invalid(std::string(kWarnStart) + std::string(message) + std::string(kWarnEnd));
}

// Go prints nil so, Helm does not.
void RemoveNoValue(std::string& text) {
  size_t at = text.find(kNoValue);
  if (at == std::string::npos) return;
  std::string out;
  size_t begin = 0;
  for (; at != std::string::npos; at = text.find(kNoValue, begin)) {
    out.append(text, begin, at - begin);
    begin = at + kNoValue.size();
  }
  out.append(text, begin);
  text = std::move(out);
}

// Deep folders first, and the last of a folder first: definitions of charts override those of their subcharts.
bool ParsedBefore(const TemplateFile& a, const TemplateFile& b) {
  const auto depth_a = std::count(a.name.begin(), a.name.end(), '/');
  const auto depth_b = std::count(b.name.begin(), b.name.end(), '/');
  return depth_a != depth_b ? depth_a > depth_b : a.name > b.name;
}

bool IsPartial(std::string_view name) {
  const size_t slash = name.rfind('/');
  return name.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with('_');
}

struct Located {
  std::string_view place;
  std::string_view rest;
};

// The parts of "template: PLACE: REST".
std::optional<Located> Locate(std::string_view message) {
  const size_t first = message.find(": ");
  const size_t second = first == std::string_view::npos ? first : message.find(": ", first + 2);
  if (second == std::string_view::npos) return std::nullopt;
  return Located{message.substr(first + 2, second - first - 2), message.substr(second + 2)};
}

Status ParseError(const std::string& name, const Status& status) {
  const std::string& message = status.message();
  const auto located = Locate(message);
  if (!located) return Status::Invalid("parse error in (" + name + "): " + message);
  return Status::Invalid("parse error at (" + std::string(located->place) +
                         "): " + message.substr(message.rfind(": ") + 2));
}

// What `required` and `fail` said stands alone, at the place of the outermost call.
Status ExecutionError(const Status& status) {
  const auto located = Locate(status.message());
  if (!located) return status;
  const size_t begin = located->rest.find(kWarnStart);
  const size_t end = located->rest.rfind(kWarnEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return status;
  const size_t text = begin + kWarnStart.size();
  return Status::Invalid("execution error at (" + std::string(located->place) +
                         "): " + std::string(located->rest.substr(text, end - text)));
}

}  // namespace

Renderer::Renderer(Functions functions, RenderOptions options, Budget budget)
    : functions_(std::move(functions)), options_(std::move(options)), budget_(budget) {
  execute_.missing_key_is_error = options_.strict;
  AddFunctions();
}

void Renderer::AddFunctions() {
  functions_["include"] = Bind([this](std::string_view name, const Value& data) { return Include(name, data); });
  functions_["tpl"] = Bind([this](std::string_view text, const Value& data) { return Tpl(text, data); });
  functions_["required"] =
      Bind([this](std::string_view warning, const Value& value) { return Required(warning, value); });
  functions_["fail"] = Bind([this](std::string_view message) { return Fail(message); });
  functions_["lookup"] = Bind([this](std::string_view api_version, std::string_view kind, std::string_view ns,
                                     std::string_view name) -> Result<Value> {
    if (options_.lint || !options_.lookup) return NewMap();
    return options_.lookup(api_version, kind, ns, name);
  });
  if (!options_.dns) functions_["getHostByName"] = Bind([](std::string_view) { return std::string(); });
}

Result<std::map<std::string, std::string>> Renderer::Render(std::vector<TemplateFile> files) {
  std::sort(files.begin(), files.end(), ParsedBefore);
  Templates templates(functions_);
  for (TemplateFile& file : files) {
    const Status status = templates.Parse(file.name, std::move(file.text));
    if (!status.ok()) return ParseError(file.name, status);
  }
  templates_ = &templates;
  std::map<std::string, std::string> out;
  for (const TemplateFile& file : files) {
    if (IsPartial(file.name)) continue;
    file.data->members["Template"] =
        NewMap({{"Name", Value::String(file.name)}, {"BasePath", Value::String(file.base_path)}}, "chartutil.Values");
    std::string& text = out[file.name];
    const Status status = Execute(templates, file.name, Value::Of(file.data), execute_, budget_, text);
    if (!status.ok()) return ExecutionError(status);
    RemoveNoValue(text);
  }
  templates_ = nullptr;
  return out;
}

Result<std::string> Renderer::Include(std::string_view name, const Value& data) {
  int& count = included_[std::string(name)];
  if (count > kMaxIncludes) {
    return Status::Invalid("rendering template has a nested reference name: " + std::string(name) +
                           ": unable to execute template");
  }
  ++count;
  std::string out;
  const Status status = Execute(*templates_, name, data, execute_, budget_, out);
  --count;
  if (!status.ok()) return status;
  return out;
}

// What the text defines is seen by what it includes, and forgotten after it.
Result<std::string> Renderer::Tpl(std::string_view text, const Value& data) {
  std::string out;
  if (text.find("{{") == std::string_view::npos) {
    out = text;
    RemoveNoValue(out);
    return out;
  }
  const Result<const Trees*> trees = Parsed(text);
  if (!trees.ok()) return trees.status().Annotate("cannot parse template " + GoQuote(text));
  const Trees kept = **trees;  // while it runs it may be dropped
  const auto main = std::find_if(kept.begin(), kept.end(), [](const auto& tree) { return tree->name == kTplName; });
  Templates inner(templates_);
  inner.Add(kept);
  const Templates* const outer = std::exchange(templates_, &inner);
  const Status status = Execute(inner, **main, data, execute_, budget_, out);
  templates_ = outer;
  if (!status.ok()) return status.Annotate("error during tpl function execution for " + GoQuote(text));
  RemoveNoValue(out);
  return out;
}

Result<const Trees*> Renderer::Parsed(std::string_view text) {
  auto at = parsed_.find(text);
  if (at == parsed_.end()) {
    Result<Trees> trees = Parse(std::string(kTplName), std::string(text), functions_);
    if (!trees.ok()) return trees.status();
    parsed_bytes_ += text.size();
    if (parsed_bytes_ > kMaxParsedBytes) {
      parsed_.clear();
      parsed_bytes_ = text.size();
    }
    budget_.steps -= std::min<uint64_t>(budget_.steps, text.size());
    at = parsed_.emplace(text, std::move(*trees)).first;
  }
  return &at->second;
}

Result<Value> Renderer::Required(std::string_view warning, const Value& value) const {
  if (!value.is_nil() && !(value.is_string() && value.as_string().empty())) return value;
  if (options_.lint) return Value::String("");
  return Warning(warning);
}

Result<std::string> Renderer::Fail(std::string_view message) const {
  if (options_.lint) return std::string();
  return Warning(message);
}

}  // namespace croft::chart
