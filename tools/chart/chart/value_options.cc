#include "tools/chart/chart/value_options.h"

#include "tools/chart/chart/coalesce.h"
#include "tools/chart/chart/set_values.h"
#include "tools/chart/value/yaml.h"

namespace croft::chart {
namespace {

Status Wrap(const std::string& what, const Status& status) {
  return {status.reason(), what + ": " + status.message()};
}

}  // namespace

Result<MapPtr> GatherValues(const ValueOptions& options,
                            const std::function<Result<std::string>(const std::string& name)>& read) {
  auto values = std::make_shared<Map>();
  for (const std::string& file : options.files) {
    const Result<std::string> text = read(file);
    if (!text.ok()) return text.status();
    const Result<MapPtr> map = ReadYamlMap(*text);
    if (!map.ok()) return Wrap("failed to parse " + file, map.status());
    values = OverlayValues(values, *map);
  }
  struct Group {
    const std::vector<std::string>& lines;
    SetAs as;
    const char* flag;
  };
  for (const Group& group :
       {Group{options.json, SetAs::kJson, "--set-json"}, Group{options.values, SetAs::kTyped, "--set"},
        Group{options.texts, SetAs::kText, "--set-string"}, Group{options.contents, SetAs::kFile, "--set-file"},
        Group{options.literals, SetAs::kLiteral, "--set-literal"}}) {
    for (const std::string& line : group.lines) {
      const Status set = SetValues(line, group.as, values, read);
      if (set.ok()) continue;
      if (group.as == SetAs::kJson) return Wrap(std::string("failed parsing --set-json data ") + line, set);
      return Wrap(std::string("failed parsing ") + group.flag + " data", set);
    }
  }
  return values;
}

}  // namespace croft::chart
