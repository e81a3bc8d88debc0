#include <array>
#include <memory>

#include "unit/fuzz/fuzz_api.h"

namespace croft::fuzz {
namespace {

constexpr std::array<const char*, 4> kTypes = {"application/json-patch+json", "application/merge-patch+json",
                                               "application/strategic-merge-patch+json",
                                               "application/apply-patch+yaml"};
constexpr std::array<const char*, 8> kTargets = {
    "/api/v1/namespaces/d/pods/p",
    "/apis/apps/v1/namespaces/d/deployments/web",
    "/apis/apps/v1/namespaces/d/deployments/web/status",
    "/apis/apps/v1/namespaces/d/deployments/new",
    "/apis/x.io/v1/namespaces/d/plants/rose",
    "/apis/x.io/v1/namespaces/d/plants/rose/scale",
    "/apis/apps/v1/namespaces/d/deployments/web/scale",
    "/api/v1/namespaces/d/configmaps/m",
};

void Patch(Api& api, unsigned type, const std::string& target, std::string_view patch) {
  http::Request request;
  request.method = "PATCH";
  request.target = target;
  request.body = patch;
  request.headers.Add("Content-Type", kTypes[type]);
  auto responder = std::make_shared<fakes::FakeResponder>();
  api.Handle(std::move(request), responder);
  Require(responder->answered(), "a patch is answered at once");
}

// Whatever was written: what a client reads and sends back is accepted, and changes nothing.
void RequireWritable(Api& api, std::string target) {
  for (const char* part : {"/status", "/scale"}) {
    if (target.ends_with(part)) target.resize(target.size() - std::string_view(part).size());
  }
  const server::Answer read = api.Call("GET", target);
  if (read.code == 404) return;
  Require(read.code == 200 && IsUtf8(read.text), "what is stored can be read: " + read.text);
  const uint64_t before = api.Revision();
  const server::Answer written = api.Call("PUT", target, read.text);
  Require(written.code == 200, "what was read can be written: " + read.text + "\n" + written.text);
  Require(api.Revision() == before && written.text == read.text,
          "and changes nothing: " + read.text + "\n" + written.text);
}

}  // namespace
}  // namespace croft::fuzz

// Two bytes say the kind of patch and what it is for, the rest is the patch. It is tried first, which stores nothing,
// and then made.
FUZZ_TARGET(api_patch) {
  using namespace croft;
  static std::unique_ptr<fuzz::Api> api;
  static int served = 0;
  if (data.size() < 2) return;
  if (!api || ++served % 100 == 0) api = std::make_unique<fuzz::Api>();
  const auto choice = static_cast<unsigned char>(data[0]);
  const std::string object = fuzz::kTargets[static_cast<unsigned char>(data[1]) % fuzz::kTargets.size()];
  data.remove_prefix(2);
  std::string target = object + "?fieldManager=" + (choice & 8 ? "kubectl" : "fuzz");
  if ((choice & 16) != 0) target += "&force=true";
  if ((choice & 32) != 0) target += "&fieldValidation=Strict";

  const uint64_t before = api->Revision();
  fuzz::Patch(*api, choice % 4, target + "&dryRun=All", data);
  fuzz::Require(api->Revision() == before, "a dry run stores nothing");
  fuzz::Patch(*api, choice % 4, target, data);
  if (api->Revision() != before) fuzz::RequireWritable(*api, object);
}
