#include <array>
#include <memory>

#include "unit/fuzz/fuzz_api.h"

// The first byte says the kind of patch and what it is for, the rest is the patch. Nothing is to be stored: neither by
// a patch that is refused, nor by one that is only tried.
FUZZ_TARGET(api_patch) {
  using namespace croft;
  static const std::unique_ptr<fuzz::Api> api = std::make_unique<fuzz::Api>();
  static constexpr std::array<const char*, 4> kTypes = {"application/json-patch+json", "application/merge-patch+json",
                                                        "application/strategic-merge-patch+json",
                                                        "application/apply-patch+yaml"};
  static constexpr std::array<const char*, 4> kTargets = {
      "/api/v1/namespaces/d/pods/p", "/apis/apps/v1/namespaces/d/deployments/web",
      "/apis/apps/v1/namespaces/d/deployments/web/status", "/apis/apps/v1/namespaces/d/deployments/new"};
  if (data.empty()) return;
  const auto choice = static_cast<unsigned char>(data[0]);
  std::string target = kTargets[(choice >> 2) % kTargets.size()];
  target += "?dryRun=All&fieldManager=fuzz";
  if ((choice & 16) != 0) target += "&force=true";
  const char* type = kTypes[choice % kTypes.size()];

  const uint64_t before = api->Revision();
  const auto responder = api->Send("PATCH", target, std::string(data.substr(1)), {{"Content-Type", type}});
  api->RequireSound(responder->Wait());
  fuzz::Require(api->Revision() == before, "a dry run stores nothing");
}
