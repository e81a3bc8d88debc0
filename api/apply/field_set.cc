#include "api/apply/field_set.h"

#include <algorithm>

namespace croft::apply {
namespace {

auto LowerBound(std::vector<FieldNode>& nodes, std::string_view element) {
  return std::lower_bound(nodes.begin(), nodes.end(), element, [](const FieldNode& node, std::string_view wanted) {
    return CompareElements(node.element, wanted) < 0;
  });
}

// Walks two sorted lists of nodes side by side; a side that lacks an element is given as nullptr.
template <typename Each>
void Zip(const std::vector<FieldNode>& a, const std::vector<FieldNode>& b, const Each& each) {
  auto x = a.begin();
  auto y = b.begin();
  while (x != a.end() || y != b.end()) {
    int order = x == a.end() ? 1 : y == b.end() ? -1 : CompareElements(x->element, y->element);
    each(order <= 0 ? &*x : nullptr, order >= 0 ? &*y : nullptr);
    if (order <= 0) ++x;
    if (order >= 0) ++y;
  }
}

void AppendPaths(const FieldSet& set, const std::string& prefix, std::vector<std::string>& paths) {
  for (const FieldNode& node : set.nodes()) {
    if (node.member) paths.push_back(prefix + ShowElement(node.element));
  }
  for (const FieldNode& node : set.nodes()) AppendPaths(node.below, prefix + ShowElement(node.element), paths);
}

}  // namespace

FieldSet::FieldSet(std::initializer_list<std::initializer_list<std::string_view>> paths) {
  for (const auto& path : paths) {
    FieldSet one;
    for (auto element = std::rbegin(path); element != std::rend(path); ++element) {
      FieldSet outer;
      const bool last = one.empty();
      outer.Put(std::string(*element), last, std::move(one));
      one = std::move(outer);
    }
    *this = Union(*this, one);
  }
}

const FieldNode* FieldSet::Find(std::string_view element) const {
  const auto at = LowerBound(const_cast<std::vector<FieldNode>&>(nodes_), element);
  return at == nodes_.end() || at->element != element ? nullptr : &*at;
}

void FieldSet::Put(std::string element, bool member, FieldSet below) {
  if (!member && below.empty()) return;
  if (nodes_.empty() || CompareElements(nodes_.back().element, element) < 0) {
    nodes_.push_back({std::move(element), member, std::move(below)});
    return;
  }
  const auto at = LowerBound(nodes_, element);
  if (at->element != element) {
    nodes_.insert(at, {std::move(element), member, std::move(below)});
    return;
  }
  at->member = at->member || member;
  at->below = at->below.empty() ? std::move(below) : Union(at->below, below);
}

void FieldSet::Erase(const std::vector<std::string>& path, size_t from) {
  const auto at = LowerBound(nodes_, path[from]);
  if (at == nodes_.end() || at->element != path[from]) return;
  if (from + 1 == path.size()) {
    nodes_.erase(at);
    return;
  }
  at->below.Erase(path, from + 1);
  if (!at->member && at->below.empty()) nodes_.erase(at);
}

std::vector<std::string> FieldSet::Paths() const {
  std::vector<std::string> paths;
  AppendPaths(*this, "", paths);
  return paths;
}

bool FieldSet::operator==(const FieldSet& other) const {
  return nodes_ == other.nodes_;
}

FieldSet Union(const FieldSet& a, const FieldSet& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  FieldSet both;
  Zip(a.nodes_, b.nodes_, [&](const FieldNode* x, const FieldNode* y) {
    if (x == nullptr || y == nullptr) {
      both.nodes_.push_back(x == nullptr ? *y : *x);
    } else {
      both.nodes_.push_back({x->element, x->member || y->member, Union(x->below, y->below)});
    }
  });
  return both;
}

FieldSet Difference(const FieldSet& a, const FieldSet& b) {
  if (a.empty() || b.empty()) return a;
  FieldSet rest;
  Zip(a.nodes_, b.nodes_, [&](const FieldNode* x, const FieldNode* y) {
    if (x == nullptr) return;
    if (y == nullptr) {
      rest.nodes_.push_back(*x);
    } else {
      rest.Put(x->element, x->member && !y->member, Difference(x->below, y->below));
    }
  });
  return rest;
}

FieldSet Intersection(const FieldSet& a, const FieldSet& b) {
  FieldSet common;
  Zip(a.nodes_, b.nodes_, [&](const FieldNode* x, const FieldNode* y) {
    if (x == nullptr || y == nullptr) return;
    common.Put(x->element, x->member && y->member, Intersection(x->below, y->below));
  });
  return common;
}

FieldSet Leaves(const FieldSet& set) {
  FieldSet leaves;
  for (const FieldNode& node : set.nodes_) {
    leaves.Put(node.element, node.member && node.below.empty(), Leaves(node.below));
  }
  return leaves;
}

}  // namespace croft::apply
