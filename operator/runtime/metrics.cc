#include "operator/runtime/metrics.h"

namespace croft::runtime {

Counter& Metrics::Get(const std::string& name, const std::string& labels) {
  std::lock_guard lock(mutex_);
  auto& slot = counters_[{name, labels}];
  if (slot == nullptr) slot = std::make_unique<Counter>();
  return *slot;
}

std::vector<Metrics::Sample> Metrics::Read() const {
  std::lock_guard lock(mutex_);
  std::vector<Sample> samples;
  samples.reserve(counters_.size());
  for (const auto& [id, counter] : counters_) samples.push_back({id.first, id.second, counter->value()});
  return samples;
}

std::string Metrics::Text() const {
  std::string text;
  for (const Sample& sample : Read()) {
    text += sample.name;
    if (!sample.labels.empty()) text += "{" + sample.labels + "}";
    text += " " + std::to_string(sample.value) + "\n";
  }
  return text;
}

}  // namespace croft::runtime
