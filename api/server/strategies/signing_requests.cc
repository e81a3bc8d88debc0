#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <set>

#include "api/base/base64.h"
#include "api/server/identity.h"
#include "api/server/names.h"
#include "api/server/strategies/fields.h"
#include "api/server/strategies/topics.h"

// CertificateSigningRequest: who asks is written down, what is asked for stays, and what becomes of it comes by the
// subresources approval (whether it may be signed) and status (the certificate).
namespace croft::server {
namespace {

constexpr const char* kConditions = "status.conditions";
constexpr size_t kMaxSignerDomain = 253;
constexpr size_t kMaxSignerPath = 571 - 253 - 1;
// Once there they stay.
constexpr std::string_view kFinal[] = {"Approved", "Denied", "Failed"};
// Decided through approval alone.
constexpr std::string_view kDecided[] = {"Approved", "Denied"};

template <size_t kSize>
bool IsOneOf(std::string_view type, const std::string_view (&types)[kSize]) {
  return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

// Why the text is no signing request in PEM; empty when it is one.
std::string CheckRequest(const std::string& pem) {
  using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
  using Request = std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)>;
  if (pem.find("-----BEGIN CERTIFICATE REQUEST-----") == std::string::npos) {
    return "PEM block type must be CERTIFICATE REQUEST";
  }
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const Request request(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr), X509_REQ_free);
  if (request == nullptr) return "must be a certificate signing request";
  return X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) == 1 ? "" : "its signature is wrong";
}

// Why the text holds anything but certificates in PEM, or none; empty when it is good.
std::string CheckCertificates(const std::string& pem) {
  using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
  using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  size_t blocks = 0, certificates = 0;
  for (size_t at = pem.find("-----BEGIN "); at != std::string::npos; at = pem.find("-----BEGIN ", at + 1)) {
    ++blocks;
    if (pem.compare(at, 27, "-----BEGIN CERTIFICATE-----") != 0) {
      return "only CERTIFICATE PEM blocks are allowed";
    }
  }
  while (const Certificate each{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free}) ++certificates;
  if (blocks == 0) return "must contain at least one CERTIFICATE PEM block";
  return certificates == blocks ? "" : "must contain certificates";
}

// "example.com/servers": a domain of at least two labels, and a path.
void ValidateSigner(std::string_view name, Causes& causes) {
  const std::string at = "spec.signerName";
  if (name.empty()) {
    if (!causes.Has(at)) causes.Required(at);
    return;
  }
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos || name.find('/', slash + 1) != std::string_view::npos) {
    return causes.Invalid(at, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
  }
  const std::string_view domain = name.substr(0, slash), path = name.substr(slash + 1);
  const std::string why = CheckDnsSubdomain(domain);
  if (!why.empty()) {
    causes.Invalid(at, domain, why);
  } else if (domain.find('.') == std::string_view::npos) {
    causes.Invalid(at, domain, "should be a domain with at least two segments separated by dots");
  }
  const std::string path_why = CheckDnsSubdomain(path);
  if (!path_why.empty()) causes.Invalid(at, path, path_why);
  if (domain.size() > kMaxSignerDomain || path.size() > kMaxSignerPath) {
    causes.TooLong(at, "may not be more than 571 bytes");
  }
  if (name == "kubernetes.io/legacy-unknown") {
    causes.Invalid(at, name, "the legacy signerName is not allowed via this API version");
  }
}

void ValidateUsages(const Json* usages, Causes& causes) {
  const std::string at = "spec.usages";
  if (IsEmptyList(usages)) {
    if (!causes.Has(at)) causes.Required(at, "usages is required");
    return;
  }
  std::set<std::string_view> seen;
  ForEachItem(usages, at, [&](const Json& usage, const std::string& place) {
    if (usage.IsString() && !seen.insert(AsView(usage)).second) causes.Duplicate(place, AsView(usage));
  });
}

const Json* FindCondition(const Json& request, std::string_view type) {
  const Json* found = nullptr;
  ForEachItem(Find(request, {"status", "conditions"}), "", [&](const Json& condition, const std::string&) {
    if (found == nullptr && FindString(condition, {"type"}) == type) found = &condition;
  });
  return found;
}

class SigningRequestStrategy final : public Strategy {
 public:
  bool has_generation() const override { return false; }

  const std::vector<std::vector<std::string>>& assigned() const override {
    static const std::vector<std::vector<std::string>> kPaths = {
        {"f:spec", "f:extra"}, {"f:spec", "f:groups"}, {"f:spec", "f:uid"}, {"f:spec", "f:username"}};
    return kPaths;
  }

  // Whatever the client says of itself.
  Status PrepareForCreate(Json& request, StrategyContext& context) const override {
    Json* spec = FindMutable(request, "spec");
    if (spec == nullptr || !spec->IsObject() || context.who == nullptr) return Status::Ok();
    auto& allocator = context.allocator;
    for (const char* field : {"username", "uid", "groups", "extra"}) Erase(*spec, field);
    SetString(*spec, "username", context.who->user, allocator);
    Json groups(rapidjson::kArrayType);
    for (const std::string& group : context.who->groups) groups.PushBack(MakeString(group, allocator), allocator);
    if (!groups.Empty()) Set(*spec, "groups", std::move(groups), allocator);
    if (!context.who->uid.empty()) SetString(*spec, "uid", context.who->uid, allocator);
    for (const auto& [key, value] : context.who->extra) {
      Json values(rapidjson::kArrayType);
      values.PushBack(MakeString(value, allocator), allocator);
      Set(Ensure(*spec, "extra", allocator), key, std::move(values), allocator);
    }
    return Status::Ok();
  }

  // What is asked for is what was asked for, as Kubernetes has it: a changed spec is no error and no change.
  Status PrepareForUpdate(const Json& old, Json& request, StrategyContext& context) const override {
    if (const Json* spec = Find(old, "spec")) Set(request, "spec", Copy(*spec, context.allocator), context.allocator);
    return Status::Ok();
  }

  // Approval changes conditions alone.
  void PrepareForStatus(const Json& old, Json& request, StrategyContext& context) const override {
    auto& allocator = context.allocator;
    Json& status = Ensure(request, "status", allocator);
    if (!status.IsObject()) return;
    if (context.subresource == kApproval) {
      const Json* certificate = Find(old, {"status", "certificate"});
      if (certificate != nullptr) {
        Set(status, "certificate", Copy(*certificate, allocator), allocator);
      } else {
        Erase(status, "certificate");
      }
    }
    Json* conditions = FindMutable(status, "conditions");
    if (conditions == nullptr || !conditions->IsArray()) return;
    const std::string now = FormatTime(context.now);
    for (Json& condition : conditions->GetArray()) {
      if (!condition.IsObject()) continue;
      const std::string_view type = FindString(condition, {"type"});
      const Json* before = FindCondition(old, type);
      // By status a decision can not even be worded otherwise.
      if (before != nullptr && context.subresource != kApproval && IsOneOf(type, kDecided)) {
        condition = Copy(*before, allocator);
        continue;
      }
      SetIfAbsent(condition, "lastUpdateTime", MakeString(now, allocator), allocator);
      const bool stands = before != nullptr && FindString(*before, {"status"}) == FindString(condition, {"status"}) &&
                          !FindString(*before, {"lastTransitionTime"}).empty();
      const std::string since(stands ? FindString(*before, {"lastTransitionTime"}) : std::string_view(now));
      SetIfAbsent(condition, "lastTransitionTime", MakeString(since, allocator), allocator);
    }
  }

  void Validate(const Json& request, Causes& causes) const override {
    const Json* spec = Find(request, "spec");
    if (spec == nullptr || !spec->IsObject()) return;
    ValidateSigner(FindString(*spec, {"signerName"}), causes);
    ValidateUsages(Find(*spec, "usages"), causes);
    const std::string at = "spec.request";
    const std::string_view text = FindString(*spec, {"request"});
    if (causes.Has(at)) return;
    const std::optional<std::string> pem = Base64Decode(text);
    const std::string why = pem ? CheckRequest(*pem) : "";  // bad base64 is the schema's to say
    if (!why.empty()) causes.Invalid(at, text, why);
  }

  void ValidateStatus(const Json& old, const Json& request, std::string_view subresource,
                      Causes& causes) const override {
    for (const std::string_view type : kFinal) {
      if (FindCondition(old, type) != nullptr && FindCondition(request, type) == nullptr) {
        causes.Forbidden(kConditions, "updates may not remove a condition of type \"" + std::string(type) + "\"");
      }
    }
    for (const std::string_view type : kDecided) {
      if (subresource != kApproval && FindCondition(old, type) == nullptr && FindCondition(request, type) != nullptr) {
        causes.Forbidden(kConditions, "updates may not add a condition of type \"" + std::string(type) + "\"");
      }
    }
    ValidateConditions(request, causes);
    ValidateCertificate(old, request, causes);
  }

 private:
  static void ValidateConditions(const Json& request, Causes& causes) {
    std::string_view decided;
    ForEachItem(Find(request, {"status", "conditions"}), kConditions,
                [&](const Json& condition, const std::string& at) {
                  const std::string_view type = FindString(condition, {"type"});
                  const std::string_view status = FindString(condition, {"status"});
                  if (IsOneOf(type, kFinal) && status != "True") causes.NotSupported(at + ".status", status, {"True"});
                  if (!IsOneOf(type, kDecided)) return;
                  if (!decided.empty() && decided != type) {
                    causes.Invalid(at + ".type", type, "Approved and Denied conditions are mutually exclusive");
                  }
                  decided = type;
                });
  }

  static void ValidateCertificate(const Json& old, const Json& request, Causes& causes) {
    const std::string at = "status.certificate";
    const std::string_view before = FindString(old, {"status", "certificate"});
    const std::string_view now = FindString(request, {"status", "certificate"});
    if (now == before) return;
    if (!before.empty()) return causes.Forbidden(at, "updates may not modify existing certificate content");
    const std::optional<std::string> pem = Base64Decode(now);
    const std::string why = pem ? CheckCertificates(*pem) : "";
    if (!why.empty()) causes.Invalid(at, "<certificate data>", why);
  }
};

}  // namespace

void AddSigningRequestStrategies(StrategyMap& strategies) {
  strategies[{"certificates.k8s.io", "certificatesigningrequests"}] = std::make_unique<SigningRequestStrategy>();
}

}  // namespace croft::server
