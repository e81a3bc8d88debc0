#pragma once

#include <string>
#include <vector>

#include "api/base/clock.h"
#include "api/client/client.h"
#include "tools/chart/release/release.h"

namespace croft::chart {

// The history of releases where Helm 3 keeps it: a Secret of type helm.sh/release.v1 for each revision, in the
// release's namespace, with labels by which it is found. Helm reads what this writes and the other way round.
class ReleaseStorage {
 public:
  ReleaseStorage(client::Client& client, const Clock& clock) : client_(client), clock_(clock) {}

  // All revisions of a release, the oldest first; empty when there is none.
  Result<std::vector<Release>> History(const std::string& ns, const std::string& name) const;
  // The newest revision of each release, by namespace and name. `ns` empty: of all namespaces. A record that can't be
  // read is left out and told in `warnings`.
  Result<std::vector<Release>> Newest(const std::string& ns, std::vector<std::string>& warnings) const;

  // kAlreadyExists when the revision is there: another change of the release is under way.
  Status Create(const Release& release);
  Status Update(const Release& release);
  Status Remove(const Release& release);

 private:
  client::Client& client_;
  const Clock& clock_;
};

}  // namespace croft::chart
