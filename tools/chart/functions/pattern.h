#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/base/result.h"

namespace croft::chart {

struct Span {
  size_t begin = 0;
  size_t end = 0;
  bool matched = true;
};

// A regular expression as Go's package regexp reads and runs it. Compiled once per thread for as long as it is used.
class Pattern {
 public:
  static Result<std::shared_ptr<const Pattern>> Compile(std::string_view expression);
  ~Pattern();

  bool Matches(std::string_view text) const;
  std::optional<Span> Find(std::string_view text) const;
  // At most `limit` matches, all for a negative limit.
  std::vector<Span> FindAll(std::string_view text, int64_t limit) const;
  // Replaces each match; `$1`, `${1}` and `${name}` in `with` stand for groups, unless it is `literal`.
  Result<std::string> Replace(std::string_view text, std::string_view with, bool literal) const;
  // What stands between matches, in at most `limit` parts; none at all for a limit of 0.
  std::vector<std::string_view> Split(std::string_view text, int64_t limit) const;
  // The match's and its groups' spans from `from` on; empty when there is none.
  std::vector<Span> Groups(std::string_view text, size_t from) const;

 private:
  struct Compiled;
  explicit Pattern(std::unique_ptr<Compiled> compiled);
  bool MatchFrom(std::string_view text, size_t from, std::vector<Span>& groups) const;
  void Expand(std::string& out, std::string_view with, std::string_view text, const std::vector<Span>& groups) const;

  std::unique_ptr<Compiled> compiled_;
};

// The text as an expression that matches it alone.
std::string QuoteMeta(std::string_view text);

}  // namespace croft::chart
