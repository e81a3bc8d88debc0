#pragma once

#include <memory>
#include <string>

#include "tools/chart/release/releases.h"
#include "tools/croft/resource_finder.h"
#include "tools/croft/session.h"

namespace croft::cli {

// Releases in the lab that the kubeconfig names, for the length of one command.
class ReleaseSession {
 public:
  static Result<std::unique_ptr<ReleaseSession>> Open(const Globals& globals);

  const std::string& ns() const { return session_.ns; }
  client::RestClient& client() { return *session_.client; }
  chart::ReleaseStorage& storage() { return storage_; }
  chart::KindFinder& kinds() { return kinds_; }
  chart::Releases& releases() { return releases_; }

 private:
  // By discovery, which is asked again once when a kind is not known: a definition may have brought it.
  class Kinds final : public chart::KindFinder {
   public:
    explicit Kinds(client::RestClient& client) : client_(client) {}
    Result<chart::ServedKind> Find(const std::string& api_version, const std::string& kind) override;

   private:
    client::RestClient& client_;
    std::unique_ptr<ResourceFinder> known_;
  };

  explicit ReleaseSession(Session session);

  Session session_;
  SystemClock clock_;
  Kinds kinds_;
  chart::ReleaseStorage storage_;
  chart::Releases releases_;
};

}  // namespace croft::cli
