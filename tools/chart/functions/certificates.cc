#include "api/pki/key.h"
#include "tools/chart/functions/certificate_object.h"
#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/decode.h"
#include "tools/chart/functions/issue.h"
#include "tools/chart/value/go_format.h"

namespace croft::chart {
namespace {

Result<std::vector<std::string>> Strings(const ListPtr& list, std::string_view what) {
  std::vector<std::string> out;
  for (const Value& item : list->items) {
    if (!item.is_string()) return Wrong(std::string(what) + ": " + GoString(item) + " is not a string");
    out.emplace_back(item.as_string());
  }
  return out;
}

Result<std::string> NewRsaKey(int bits) {
  const Result<std::string> key = pki::GenerateKey(pki::KeyAlgorithm::Rsa(bits));
  return key.ok() ? pki::ToTraditionalPem(*key) : key;
}

// A key's own text for one that was given, a new one of 2048 bits otherwise. Keys are written by their kind's name.
Result<std::string> KeyOf(const std::optional<std::string_view>& given) {
  if (!given) return NewRsaKey(2048);
  const Result<std::string> key = pki::ToTraditionalPem(std::string(*given));
  if (!key.ok()) return Wrong("parsing private key: " + key.status().message());
  return key;
}

std::string GeneratePrivateKey(std::string_view kind) {
  Result<std::string> key = std::string();
  if (kind.empty() || kind == "rsa") {
    key = NewRsaKey(4096);
  } else if (kind == "dsa") {
    key = GenerateDsaKey();
  } else if (kind == "ecdsa") {
    key = pki::GenerateKey(pki::KeyAlgorithm::Ecdsa(256));
    if (key.ok()) key = pki::ToTraditionalPem(*key);
  } else if (kind == "ed25519") {
    key = pki::GenerateKey(pki::KeyAlgorithm::Ed25519());
  } else {
    return "Unknown type " + std::string(kind);
  }
  return key.ok() ? *key : "failed to generate private key: " + key.status().message();
}

class Maker {
 public:
  explicit Maker(const Sources& sources) : clock_(sources.clock), random_(sources.random) {}

  Result<Value> Ca(std::string_view name, int64_t days, std::optional<std::string_view> key) const {
    return Make({std::string(name), {}, {}, days, true}, key, std::nullopt);
  }

  Result<Value> SelfSigned(std::string_view name, const ListPtr& ips, const ListPtr& dns, int64_t days,
                           std::optional<std::string_view> key) const {
    const Result<CertificateRequest> request = Request(name, ips, dns, days);
    if (!request.ok()) return request.status();
    return Make(*request, key, std::nullopt);
  }

  Result<Value> Signed(std::string_view name, const ListPtr& ips, const ListPtr& dns, int64_t days, const Value& ca,
                       std::optional<std::string_view> key) const {
    const auto* issuer = ca.is_object() ? dynamic_cast<const CertificateObject*>(ca.as_object().get()) : nullptr;
    if (issuer == nullptr) {
      return Wrong("wrong type for value; expected sprig.certificate; got " + std::string(ca.GoType()));
    }
    const Result<CertificateRequest> request = Request(name, ips, dns, days);
    if (!request.ok()) return request.status();
    return Make(*request, key, Issuer{issuer->cert(), issuer->key()});
  }

 private:
  static Result<CertificateRequest> Request(std::string_view name, const ListPtr& ips, const ListPtr& dns,
                                            int64_t days) {
    Result<std::vector<std::string>> addresses = Strings(ips, "error parsing ip");
    if (!addresses.ok()) return addresses.status();
    Result<std::vector<std::string>> names = Strings(dns, "error processing alternate dns name");
    if (!names.ok()) return names.status();
    return CertificateRequest{std::string(name), std::move(*addresses), std::move(*names), days, false};
  }

  Result<Value> Make(const CertificateRequest& request, std::optional<std::string_view> given,
                     const std::optional<Issuer>& issuer) const {
    const Result<std::string> key = KeyOf(given);
    if (!key.ok()) return key.status();
    const Result<std::string> certificate = IssueCertificate(request, *key, issuer, clock_.Now(), random_);
    if (!certificate.ok()) return certificate.status();
    return Value::Of(std::make_shared<CertificateObject>(*certificate, *key));
  }

  const Clock& clock_;
  Random& random_;
};

Result<Value> BuildCustom(std::string_view cert64, std::string_view key64) {
  const Result<std::string> cert = DecodeBase64(cert64);
  if (!cert.ok()) return Wrong("unable to decode base64 certificate");
  const Result<std::string> key = DecodeBase64(key64);
  if (!key.ok()) return Wrong("unable to decode base64 private key");
  if (Status failed = CheckCertificate(*cert); !failed.ok()) {
    return Wrong("error parsing certificate: " + failed.message());
  }
  if (Status failed = CheckPrivateKey(*key); !failed.ok()) {
    return Wrong("error parsing private key: " + failed.message());
  }
  return Value::Of(std::make_shared<CertificateObject>(*cert, *key));
}

}  // namespace

void AddCertificates(Functions& functions, const Sources& sources) {
  const Maker maker(sources);
  functions["genPrivateKey"] = Bind([](std::string_view kind) { return GeneratePrivateKey(kind); });
  functions["buildCustomCert"] = Bind(BuildCustom);
  functions["genCA"] = Bind([maker](std::string_view name, GoInt days) { return maker.Ca(name, days, std::nullopt); });
  functions["genCAWithKey"] =
      Bind([maker](std::string_view name, GoInt days, std::string_view key) { return maker.Ca(name, days, key); });
  functions["genSelfSignedCert"] =
      Bind([maker](std::string_view name, const ListPtr& ips, const ListPtr& dns, GoInt days) {
        return maker.SelfSigned(name, ips, dns, days, std::nullopt);
      });
  functions["genSelfSignedCertWithKey"] =
      Bind([maker](std::string_view name, const ListPtr& ips, const ListPtr& dns, GoInt days, std::string_view key) {
        return maker.SelfSigned(name, ips, dns, days, key);
      });
  functions["genSignedCert"] =
      Bind([maker](std::string_view name, const ListPtr& ips, const ListPtr& dns, GoInt days, const Value& ca) {
        return maker.Signed(name, ips, dns, days, ca, std::nullopt);
      });
  functions["genSignedCertWithKey"] =
      Bind([maker](std::string_view name, const ListPtr& ips, const ListPtr& dns, GoInt days, const Value& ca,
                   std::string_view key) { return maker.Signed(name, ips, dns, days, ca, key); });
}

}  // namespace croft::chart
