#include <unistd.h>

#include <cstdio>
#include <mutex>
#include <thread>

#include "api/base/clock.h"
#include "tools/croft/targets.h"
#include "tools/croft/terminal.h"
#include "tools/croft/verbs.h"

namespace croft::cli {
namespace {

constexpr size_t kMaxFollowed = 16;
constexpr Colour kPodColours[] = {Colour::kBlue, Colour::kGreen, Colour::kYellow, Colour::kDim};

struct PodRef {
  std::string name;
  std::string container;  // the first, unless one was named
};

std::string JoinSelector(const Json* labels) {
  std::string selector;
  if (labels == nullptr || !labels->IsObject()) return selector;
  for (const auto& label : labels->GetObject()) {
    if (!label.value.IsString()) continue;
    selector +=
        (selector.empty() ? "" : ",") + std::string(AsView(label.name)) + "=" + std::string(AsView(label.value));
  }
  return selector;
}

Result<JsonDocument> GetJson(Session& session, const std::string& target) {
  const auto reply = session.client->Raw({.target = target});
  if (!reply.ok()) return reply.status();
  return ParseJson(reply->body);
}

PodRef RefOf(const Json& pod, const std::string& container) {
  PodRef ref{std::string(FindString(pod, {"metadata", "name"})), container};
  const Json* containers = Find(pod, {"spec", "containers"});
  if (ref.container.empty() && containers != nullptr && containers->IsArray() && !containers->Empty()) {
    ref.container = FindString((*containers)[0], {"name"});
  }
  return ref;
}

// The pods of what was named: a pod, or whatever selects pods.
Result<std::vector<PodRef>> FindPods(Session& session, const LogsOptions& options) {
  std::string selector = options.selector;
  std::string what = options.what;
  if (selector.empty() && what.find('/') == std::string::npos) what = "pods/" + what;
  if (selector.empty()) {
    const auto finder = ResourceFinder::Load(*session.client);
    if (!finder.ok()) return finder.status();
    const auto targets = ReadTargets(*finder, {what});
    if (!targets.ok()) return targets.status();
    const Target& target = targets->front();
    const auto object = GetJson(session, client::ResourcePath(target.resource.gvr, {session.ns, target.names.front()}));
    if (!object.ok()) return object.status();
    if (target.resource.kind == "Pod") return std::vector<PodRef>{RefOf(*object, options.container)};
    selector = JoinSelector(Find(*object, {"spec", "selector", "matchLabels"}));
    if (selector.empty()) selector = JoinSelector(Find(*object, {"spec", "selector"}));
    if (selector.empty()) selector = FindString(*object, {"status", "selector"});
    if (selector.empty()) return Status::BadRequest(what + " selects no pods");
  }
  const auto list = GetJson(
      session, client::ResourcePath({"", "v1", "pods"}, {session.ns, ""}) + Query({{"labelSelector", selector}}));
  if (!list.ok()) return list.status();
  std::vector<PodRef> pods;
  const Json* items = Find(*list, "items");
  if (items != nullptr && items->IsArray()) {
    for (const Json& pod : items->GetArray()) pods.push_back(RefOf(pod, options.container));
  }
  if (pods.empty()) return Status::NotFound("no pod matches " + selector);
  return pods;
}

// Prints whole lines, each with its pod's name in front when there are several.
class Printer {
 public:
  explicit Printer(bool with_names) : with_names_(with_names), colours_(ColoursOn(STDOUT_FILENO)) {}
  void Print(const std::string& pod, size_t index, std::string* buffer, bool end) {
    size_t from = 0;
    std::lock_guard lock(mutex_);
    for (size_t at; (at = buffer->find('\n', from)) != std::string::npos; from = at + 1)
      Line(pod, index, buffer->substr(from, at + 1 - from));
    buffer->erase(0, from);
    if (end && !buffer->empty()) Line(pod, index, *buffer + "\n");
    std::fflush(stdout);
  }

 private:
  void Line(const std::string& pod, size_t index, const std::string& line) {
    if (with_names_)
      std::fputs((Paint("[" + pod + "]", kPodColours[index % std::size(kPodColours)], colours_) + " ").c_str(), stdout);
    std::fwrite(line.data(), 1, line.size(), stdout);
  }
  const bool with_names_;
  const bool colours_;
  std::mutex mutex_;
};

}  // namespace

int Logs(const Globals& globals, const LogsOptions& options) {
  if (options.what.empty() && options.selector.empty()) return Fail("name a pod, TYPE/NAME, or select with -l");
  std::string since_seconds;
  if (!options.since.empty()) {
    const auto since = ParseDuration(options.since);
    if (!since) return Fail("--since: \"" + options.since + "\" is not a duration; say 90s, 10m or 2h");
    since_seconds =
        std::to_string(std::max<int64_t>(1, std::chrono::duration_cast<std::chrono::seconds>(*since).count()));
  }
  auto session = Connect(globals);
  if (!session.ok()) return Fail(session.status().message());
  const auto pods = FindPods(*session, options);
  if (!pods.ok()) return Fail(pods.status().message());
  if (options.follow && pods->size() > kMaxFollowed) {
    return Fail("that would follow " + std::to_string(pods->size()) + " pods; at most " + std::to_string(kMaxFollowed) +
                " at a time");
  }

  Printer printer(pods->size() > 1);
  std::mutex mutex;
  int code = 0;
  const auto read = [&](size_t i) {
    const PodRef& pod = (*pods)[i];
    const std::string path = client::ResourcePath({"", "v1", "pods"}, {session->ns, pod.name}, "log") +
                             Query({{"container", pod.container},
                                    {"follow", options.follow ? "true" : ""},
                                    {"previous", options.previous ? "true" : ""},
                                    {"timestamps", options.timestamps ? "true" : ""},
                                    {"tailLines", options.tail >= 0 ? std::to_string(options.tail) : ""},
                                    {"sinceSeconds", since_seconds}});
    std::string buffer;
    const Status read_all = session->client->Stream(path, "*/*", [&](std::string_view data) {
      buffer.append(data);
      printer.Print(pod.name, i, &buffer, false);
      return true;
    });
    printer.Print(pod.name, i, &buffer, true);
    if (read_all.ok()) return;
    std::lock_guard lock(mutex);
    code = Fail(pod.name + ": " + read_all.message());
  };
  if (!options.follow) {
    for (size_t i = 0; i < pods->size(); ++i) read(i);
    return code;
  }
  std::vector<std::thread> threads;
  for (size_t i = 0; i < pods->size(); ++i) threads.emplace_back(read, i);
  for (std::thread& thread : threads) thread.join();
  return code;
}

}  // namespace croft::cli
