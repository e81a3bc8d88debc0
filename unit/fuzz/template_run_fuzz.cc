#include "tools/chart/engine/renderer.h"
#include "tools/chart/value/json.h"
#include "unit/fuzz/target.h"

namespace croft::fuzz {
namespace {

// What templates get to call. Maps that were set are added to `touched`: they may hold themselves.
chart::Functions SomeFunctions(std::vector<chart::MapPtr>& touched) {
  using namespace chart;
  Functions functions;
  functions["list"] = Bind([](Rest<Value> items) { return NewList({items.values.begin(), items.values.end()}); });
  functions["half"] = Bind([](double number) { return Value::Float64(number / 2); });
  functions["set"] = Bind([&touched](const MapPtr& map, std::string_view key, const Value& value) {
    touched.push_back(map);
    map->members[std::string(key)] = value;
    return Value::Of(map);
  });
  functions["unset"] = Bind([](const MapPtr& map, std::string_view key) {
    map->members.erase(std::string(key));
    return Value::Of(map);
  });
  return functions;
}

}  // namespace
}  // namespace croft::fuzz

// A template, and behind "---" the values as JSON. Rendering ends, and with the same outcome when it is done again.
FUZZ_TARGET(template_run) {
  using namespace croft;
  const auto [text, json] = fuzz::SplitInTwo(data);
  std::string first;
  for (int round = 0; round < 2; ++round) {
    Result<chart::Value> values = chart::ReadJson(json);
    const chart::Value data_of = chart::NewMap({{"Values", values.ok() ? *values : chart::Value()}});
    std::vector<chart::MapPtr> touched;
    chart::Budget budget;
    budget.steps = 200000;
    budget.max_output = 200000;
    chart::Renderer renderer(fuzz::SomeFunctions(touched), {}, budget);
    const auto out = renderer.Render({{"t/templates/a.yaml", "t/templates", std::string(text), data_of.as_map()}});
    const std::string outcome = out.ok() ? out->begin()->second : out.status().message();
    fuzz::Require(round == 0 || outcome == first, "rendering again yields the same");
    first = outcome;
    for (const chart::MapPtr& map : touched) map->members.clear();
  }
}
