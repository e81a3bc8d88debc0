#pragma once

#include <string>
#include <utility>

#include "tools/chart/value/value.h"

namespace croft::chart {

// What genCA and its kin return: (genCA "ca" 365).Cert and .Key, both PEM.
class CertificateObject final : public Object {
 public:
  CertificateObject(std::string cert, std::string key)
      : cert_(Value::String(std::move(cert))), key_(Value::String(std::move(key))) {}

  std::string cert() const { return std::string(cert_.as_string()); }
  std::string key() const { return std::string(key_.as_string()); }
  std::string_view go_type() const override { return "sprig.certificate"; }
  const Value* Field(std::string_view name) const override {
    return name == "Cert" ? &cert_ : name == "Key" ? &key_ : nullptr;
  }
  Value AsValue() const override { return NewMap({{"Cert", cert_}, {"Key", key_}}); }
  std::string ToString() const override { return "{" + cert() + " " + key() + "}"; }

 private:
  const Value cert_;
  const Value key_;
};

}  // namespace croft::chart
