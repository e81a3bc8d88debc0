#include "tools/chart/template/templates.h"

#include "tools/chart/template/parser.h"

namespace croft::chart {

Result<Trees> Parse(std::string name, std::string text, const Functions& functions) {
  auto source = std::make_shared<Source>(Source{std::move(name), std::move(text)});
  return Parser(std::move(source), functions).Run();
}

Status Templates::Parse(std::string name, std::string text) {
  Result<Trees> trees = chart::Parse(std::move(name), std::move(text), functions_);
  if (!trees.ok()) return trees.status();
  Add(*trees);
  return Status::Ok();
}

void Templates::Add(const Trees& trees) {
  for (const auto& tree : trees) {
    if (IsEmpty(tree->root) && Find(tree->name) != nullptr) continue;
    trees_[tree->name] = tree;
  }
}

const Tree* Templates::Find(std::string_view name) const {
  for (const Templates* set = this; set != nullptr; set = set->base_) {
    const auto at = set->trees_.find(name);
    if (at != set->trees_.end()) return at->second.get();
  }
  return nullptr;
}

}  // namespace croft::chart
