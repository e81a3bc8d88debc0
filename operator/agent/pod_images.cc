#include "operator/agent/pod_images.h"

namespace croft::agent {
namespace {

// Whether a tag other than "latest", or a digest, is named.
bool IsPinned(const std::string& image) {
  if (image.find('@') != std::string::npos) return true;
  const size_t colon = image.rfind(':'), slash = image.rfind('/');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return tagged && image.substr(colon + 1) != "latest";
}

void Note(const PodParts& parts, const Key& key, const types::Pod& pod, const std::string& container, ImageWork work) {
  parts.records.Update(key, pod.metadata.uid, [&](PodRecord& record) { record.images[container] = std::move(work); });
}

void NoteFailure(const PodParts& parts, const Key& key, const types::Pod& pod, const types::Container& container,
                 int attempt, const char* reason, const std::string& message) {
  parts.Event(pod, container.name, true, "Failed", message);
  parts.Event(pod, container.name, true, "Failed", std::string("Error: ") + reason);
  parts.records.Update(key, pod.metadata.uid, [&](PodRecord& record) {
    ImageWork& work = record.images[container.name];
    const Failure* before =
        work.failure.delay > Duration::zero() && work.image == container.image ? &work.failure : nullptr;
    const Failure failure =
        NextFailure(before, reason, message, parts.context.clock.Now(), kImageBackoffBase, kImageBackoffMax);
    work = {ImageWork::State::kFailed, container.image, attempt, failure};
  });
}

void Pull(const PodParts& parts, const Key& key, const types::Pod& pod, const types::Container& container,
          int attempt) {
  // The failure before stays noted, since the next pause is reckoned from it.
  parts.records.Update(key, pod.metadata.uid, [&](PodRecord& record) {
    ImageWork& work = record.images[container.name];
    if (work.image != container.image) work.failure = {};
    work.state = ImageWork::State::kPulling;
    work.image = container.image;
    work.attempt = attempt;
  });
  parts.Event(pod, container.name, false, "Pulling", "Pulling image \"" + container.image + "\"");
  parts.tasks.Post([parts = &parts, key, pod, container, attempt] {
    const WallTime begin = parts->context.clock.Now();
    const Status status = parts->runtime.PullImage(container.image);
    if (status.ok()) {
      const Duration took = std::chrono::duration_cast<std::chrono::milliseconds>(parts->context.clock.Now() - begin);
      parts->Event(pod, container.name, false, "Pulled",
                   "Successfully pulled image \"" + container.image + "\" in " + FormatDuration(took));
      Note(*parts, key, pod, container.name, {ImageWork::State::kReady, container.image, attempt, {}});
    } else {
      NoteFailure(*parts, key, pod, container, attempt, "ErrImagePull",
                  "Failed to pull image \"" + container.image + "\": " + status.message());
    }
    parts->enqueue(key);
  });
}

}  // namespace

bool AlwaysPulls(const types::Container& container) {
  if (container.image.rfind("localhost/", 0) == 0) return false;
  if (container.image_pull_policy.empty()) return !IsPinned(container.image);
  return container.image_pull_policy == "Always";
}

bool EnsureImage(const PodParts& parts, const Key& key, const types::Pod& pod, const types::Container& container,
                 int attempt) {
  const PodRecord record = parts.records.Get(key);
  const auto work = record.images.find(container.name);
  if (work != record.images.end() && work->second.state == ImageWork::State::kReady &&
      work->second.attempt == attempt && work->second.image == container.image) {
    return true;
  }
  if (!AlwaysPulls(container)) {
    const Result<bool> present = parts.runtime.HasImage(container.image);
    if (present.ok() && *present) {
      parts.Event(pod, container.name, false, "Pulled",
                  "Container image \"" + container.image + "\" already present on machine");
      return true;
    }
    if (container.image_pull_policy == "Never") {
      NoteFailure(parts, key, pod, container, attempt, "ErrImageNeverPull",
                  "Container image \"" + container.image + "\" is not present with pull policy of Never");
      return false;
    }
  }
  Pull(parts, key, pod, container, attempt);
  return false;
}

}  // namespace croft::agent
