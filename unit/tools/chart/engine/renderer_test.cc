#include "tools/chart/engine/renderer.h"

#include <gtest/gtest.h>

#include "tools/chart/value/json.h"

namespace croft::chart {
namespace {

MapPtr Data(std::string_view json) {
  return ReadJson(json, Numbers::kExact).value().as_map();
}

// Renders files, all of one chart, given by their names in templates/.
Result<std::map<std::string, std::string>> Render(const std::map<std::string, std::string>& texts,
                                                  const std::string& values = "{}", RenderOptions options = {}) {
  const MapPtr data = Data(R"({"Values":)" + values + "}");
  std::vector<TemplateFile> files;
  for (const auto& [name, text] : texts) files.push_back({"top/templates/" + name, "top/templates", text, data});
  return Renderer({}, std::move(options)).Render(std::move(files));
}

std::string RenderOne(const std::map<std::string, std::string>& texts, const std::string& values = "{}",
                      RenderOptions options = {}) {
  const auto out = Render(texts, values, std::move(options));
  if (!out.ok()) return out.status().message();
  const auto at = out->find("top/templates/a.yaml");
  return at == out->end() ? "" : at->second;
}

TEST(RendererTest, PartialsAreSeenButNotRendered) {
  const auto out =
      Render({{"_helpers.tpl", "{{define \"name\"}}web{{end}}"}, {"a.yaml", "name: {{include \"name\" .}}"}});
  ASSERT_TRUE(out.ok()) << out.status().message();
  EXPECT_EQ(*out, (std::map<std::string, std::string>{{"top/templates/a.yaml", "name: web"}}));
}

TEST(RendererTest, ATemplateKnowsItsName) {
  EXPECT_EQ(RenderOne({{"a.yaml", "{{.Template.Name}} {{.Template.BasePath}}"}}), "top/templates/a.yaml top/templates");
}

TEST(RendererTest, WhatIsMissingIsNotPrinted) {
  EXPECT_EQ(RenderOne({{"a.yaml", "a: {{.Values.x}}|"}}), "a: |");
}

TEST(RendererTest, WhatIsMissingIsAnErrorWhenStrict) {
  EXPECT_EQ(
      RenderOne({{"a.yaml", "a: {{.Values.x}}"}}, "{}", {.strict = true}),
      "template: top/templates/a.yaml:1:12: executing \"top/templates/a.yaml\" at <.Values.x>: map has no entry for "
      "key \"x\"");
}

TEST(RendererTest, AChartsDefinitionOverridesItsSubcharts) {
  const MapPtr data = Data("{}");
  const auto out = Renderer({}, {}).Render(
      {{"top/templates/a.yaml", "", "{{define \"x\"}}top{{end}}{{include \"x\" .}}", data},
       {"top/charts/sub/templates/a.yaml", "", "{{define \"x\"}}sub{{end}}{{include \"x\" .}}", data}});
  ASSERT_TRUE(out.ok()) << out.status().message();
  EXPECT_EQ(out->at("top/charts/sub/templates/a.yaml"), "top");
}

TEST(RendererTest, TplRendersTextWithWhatIsDefined) {
  EXPECT_EQ(RenderOne({{"_a.tpl", "{{define \"n\"}}<{{.x}}>{{end}}"}, {"a.yaml", "{{tpl .Values.t .Values}}"}},
                      R"({"t":"{{include \"n\" .}}{{.y}}|","x":1})"),
            "<1>|");
}

TEST(RendererTest, WhatTplDefinesIsForgottenAfterIt) {
  EXPECT_EQ(
      RenderOne({{"a.yaml", "{{tpl .Values.t .}} {{include \"d\" .}}"}},
                R"({"t":"{{define \"d\"}}inner{{end}}{{include \"d\" .}}"})"),
      "template: top/templates/a.yaml:1:22: executing \"top/templates/a.yaml\" at <include \"d\" .>: error calling "
      "include: template: no template \"d\" associated with template \"gotpl\"");
}

TEST(RendererTest, TplInTplOfNothingIsNothing) {
  EXPECT_EQ(RenderOne({{"a.yaml", "{{tpl .Values.t .}}"}}, R"({"t":"a{{tpl .Values.e .}}b","e":"{{/* */}}"})"), "ab");
}

TEST(RendererTest, TplOfItselfEnds) {
  const std::string message = RenderOne({{"a.yaml", "{{tpl .Values.t .}}"}}, R"({"t":"{{tpl .Values.t .}}"})");
  EXPECT_NE(message.find("a recursion does not end"), std::string::npos) << message.substr(0, 200);
}

TEST(RendererTest, ATemplateThatIncludesItselfEnds) {
  const std::string message = RenderOne({{"a.yaml", "{{define \"x\"}}{{include \"x\" .}}{{end}}{{include \"x\" .}}"}});
  EXPECT_TRUE(message.find("nested reference name: x") != std::string::npos ||
              message.find("a recursion does not end") != std::string::npos)
      << message.substr(0, 200);
}

TEST(RendererTest, WhatFailsInTplNamesTheText) {
  EXPECT_EQ(
      RenderOne({{"a.yaml", "{{tpl .Values.t .}}"}}, R"({"t":"{{.a.b.c}}"})"),
      "template: top/templates/a.yaml:1:2: executing \"top/templates/a.yaml\" at <tpl .Values.t .>: error calling tpl: "
      "error during tpl function execution for \"{{.a.b.c}}\": template: gotpl:1:4: executing \"gotpl\" at <.a.b.c>: "
      "nil pointer evaluating interface {}.b");
}

TEST(RendererTest, RequiredAndFailSayWhatTheyAreToldAndWhere) {
  EXPECT_EQ(RenderOne({{"a.yaml", "\n{{required \"a host, please\" .Values.host}}"}}),
            "execution error at (top/templates/a.yaml:2:2): a host, please");
  EXPECT_EQ(RenderOne({{"a.yaml", "{{fail \"no: never\"}}"}}),
            "execution error at (top/templates/a.yaml:1:2): no: never");
  EXPECT_EQ(RenderOne({{"a.yaml", "{{required \"x\" .Values.host}}"}}, R"({"host":"h"})"), "h");
  EXPECT_EQ(RenderOne({{"a.yaml", "{{required \"x\" .Values.host}}{{fail \"x\"}}|"}}, "{}", {.lint = true}), "|");
}

TEST(RendererTest, WhatDoesNotParseNamesThePlace) {
  EXPECT_EQ(RenderOne({{"a.yaml", "\n{{nope}}"}}),
            "parse error at (top/templates/a.yaml:2): function \"nope\" not defined");
}

TEST(RendererTest, LookupAsksTheCluster) {
  const Lookup lookup = [](std::string_view api_version, std::string_view kind, std::string_view ns,
                           std::string_view name) -> Result<Value> {
    return NewMap({{"found", Value::String(std::string(api_version) + "/" + std::string(kind) + "/" + std::string(ns) +
                                           "/" + std::string(name))}});
  };
  const std::string text = "{{(lookup \"v1\" \"Secret\" \"ns\" \"s\").found}}|";
  EXPECT_EQ(RenderOne({{"a.yaml", text}}, "{}", {.lookup = lookup}), "v1/Secret/ns/s|");
  EXPECT_EQ(RenderOne({{"a.yaml", text}}), "|");
}

}  // namespace
}  // namespace croft::chart
