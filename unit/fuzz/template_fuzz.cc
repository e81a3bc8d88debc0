#include "tools/chart/template/templates.h"
#include "unit/fuzz/target.h"

// Whatever a template's text is, it is parsed or refused with a place; what was parsed is parsed the same again.
FUZZ_TARGET(template) {
  using namespace croft;
  const chart::Functions functions;
  const Result<chart::Trees> trees = chart::Parse("t.yaml", std::string(data), functions);
  if (!trees.ok()) {
    fuzz::Require(trees.status().message().starts_with("template: t.yaml:"), "an error names the place");
    return;
  }
  bool main = false;
  for (const auto& tree : *trees) {
    main = main || tree->name == "t.yaml";
    for (const auto& node : tree->root) {
      fuzz::Require(node->position <= data.size(), "a node lies in the text");
      fuzz::Require(!chart::ToString(*node).empty(), "a node can be shown");
    }
  }
  fuzz::Require(main, "the text itself is a template");
}
