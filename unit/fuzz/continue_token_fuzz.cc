#include "api/server/continue_token.h"
#include "unit/fuzz/target.h"

// A token that is taken was made by the server, letter by letter.
FUZZ_TARGET(continue_token) {
  using namespace croft;
  static const store::GroupResource kPods{"", "pods"};
  const Result<server::Continue> at = server::DecodeContinue(kPods, data);
  if (at.ok()) fuzz::Require(server::EncodeContinue(kPods, *at) == data, "a token that is taken was made here");

  // What the server makes of whatever it stored is taken, and for no other list.
  const auto [ns, name] = fuzz::SplitInTwo(data);
  const server::Continue place{ns.size() % 2 == 0 ? std::optional<uint64_t>(1 + ns.size()) : std::nullopt,
                               {std::string(ns), std::string(name)}};
  const std::string token = server::EncodeContinue(kPods, place);
  const Result<server::Continue> back = server::DecodeContinue(kPods, token);
  fuzz::Require(back.ok() && back->revision == place.revision && back->after == place.after, "a token leads back");
  fuzz::Require(!server::DecodeContinue({"apps", "pods"}, token).ok(), "and for no other list");
}
