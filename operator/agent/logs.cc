#include "operator/agent/logs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>
#include <filesystem>
#include <vector>

namespace croft::agent {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBlock = 64 * 1024;
// A line without an end is given up at that length: conmon breaks lines long before it.
constexpr size_t kMaxLine = 1024 * 1024;

}  // namespace

std::optional<LogLine> ParseLogLine(std::string_view line) {
  const size_t time = line.find(' ');
  if (time == std::string_view::npos) return std::nullopt;
  const size_t stream = line.find(' ', time + 1);
  if (stream == std::string_view::npos || stream + 1 >= line.size()) return std::nullopt;
  const char tag = line[stream + 1];
  if (tag != 'F' && tag != 'P') return std::nullopt;
  LogLine parsed;
  parsed.time = line.substr(0, time);
  parsed.partial = tag == 'P';
  parsed.text = line.size() > stream + 3 ? line.substr(stream + 3) : std::string_view();
  return parsed;
}

LogReader::LogReader(std::string path, LogOptions options)
    : path_(std::move(path)), options_(options), left_(options.limit_bytes) {}

LogReader::~LogReader() {
  if (fd_ >= 0) close(fd_);
}

Status LogReader::Open() {
  fd_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) {
    return errno == ENOENT ? Status::NotFound("there is no log yet")
                           : Status::Internal("opening " + path_ + ": " + std::strerror(errno));
  }
  position_ = 0;
  if (!opened_before_ && options_.tail_lines) position_ = FindTail(*options_.tail_lines);
  opened_before_ = true;
  return Status::Ok();
}

off_t LogReader::FindTail(int64_t lines) const {
  if (lines <= 0) {
    struct stat info {};
    return fstat(fd_, &info) == 0 ? info.st_size : 0;
  }
  std::deque<off_t> starts;  // of the last lines; one that was written in parts counts once
  std::string line, block(kBlock, '\0');
  off_t at = 0, begin = 0;
  bool begun = false;
  for (ssize_t size; (size = pread(fd_, block.data(), block.size(), at)) > 0; at += size) {
    for (ssize_t i = 0; i < size; ++i) {
      if (block[static_cast<size_t>(i)] != '\n') {
        if (line.size() < 128) line += block[static_cast<size_t>(i)];  // enough for the tag
        continue;
      }
      const std::optional<LogLine> parsed = ParseLogLine(line);
      line.clear();
      if (!begun) {
        starts.push_back(begin);
        if (static_cast<int64_t>(starts.size()) > lines) starts.pop_front();
      }
      begun = parsed && parsed->partial;
      begin = at + i + 1;
    }
  }
  return starts.empty() ? 0 : starts.front();
}

// conmon begins a new file under the same name when the old one has its size, or cuts it.
bool LogReader::Replaced() const {
  struct stat held {
  }, named{};
  if (fstat(fd_, &held) != 0) return true;
  if (held.st_size < position_) return true;
  return stat(path_.c_str(), &named) == 0 && (named.st_ino != held.st_ino || named.st_dev != held.st_dev);
}

Result<std::string> LogReader::Read() {
  if (fd_ < 0) CROFT_RETURN_IF_ERROR(Open());
  std::string out, block(kBlock, '\0');
  while (out.size() < kChunk && !finished()) {
    const ssize_t size = pread(fd_, block.data(), block.size(), position_);
    if (size < 0) return Status::Internal("reading " + path_ + ": " + std::strerror(errno));
    if (size == 0) {
      if (!Replaced()) break;
      close(fd_);
      fd_ = -1;
      pending_.clear();
      if (!Open().ok()) break;
      continue;
    }
    position_ += size;
    pending_.append(block, 0, static_cast<size_t>(size));
    size_t start = 0;
    for (size_t end; (end = pending_.find('\n', start)) != std::string::npos; start = end + 1) {
      Take(std::string_view(pending_).substr(start, end - start), &out);
    }
    pending_.erase(0, start);
    if (pending_.size() > kMaxLine) pending_.clear();
  }
  return out;
}

void LogReader::Take(std::string_view line, std::string* out) {
  const std::optional<LogLine> parsed = ParseLogLine(line);
  if (!parsed || finished()) return;
  if (options_.since && !line_begun_) {
    const std::optional<WallTime> time = ParseTime(parsed->time);
    if (time && *time < *options_.since) return;
  }
  std::string text;
  if (options_.timestamps && !line_begun_) {
    // As Kubernetes writes it: UTC is "Z".
    const bool utc = parsed->time.size() > 6 && parsed->time.substr(parsed->time.size() - 6) == "+00:00";
    text = utc ? std::string(parsed->time.substr(0, parsed->time.size() - 6)) + "Z" : std::string(parsed->time);
    text += ' ';
  }
  text += parsed->text;
  if (!parsed->partial) text += '\n';
  line_begun_ = parsed->partial;
  if (left_) {
    text.resize(std::min<size_t>(text.size(), static_cast<size_t>(*left_)));
    *left_ -= static_cast<int64_t>(text.size());
  }
  *out += text;
}

Result<std::string> FindLog(const std::string& log_dir, const std::string& ns, const std::string& pod,
                            const std::string& container, bool previous) {
  std::error_code error;
  const std::string prefix = ns + "_" + pod + "_";
  fs::path newest;
  fs::file_time_type newest_time;
  for (const auto& entry : fs::directory_iterator(log_dir, error)) {
    if (entry.path().filename().string().rfind(prefix, 0) != 0) continue;
    const fs::file_time_type time = entry.last_write_time(error);
    if (newest.empty() || time > newest_time) {
      newest = entry.path();
      newest_time = time;
    }
  }
  std::vector<int> attempts;
  if (!newest.empty()) {
    for (const auto& entry : fs::directory_iterator(newest / container, error)) {
      const std::string name = entry.path().stem();
      int attempt = -1;
      std::from_chars(name.data(), name.data() + name.size(), attempt);
      if (attempt >= 0 && entry.path().extension() == ".log") attempts.push_back(attempt);
    }
  }
  std::sort(attempts.rbegin(), attempts.rend());
  if (attempts.empty()) {
    return Status::NotFound("container \"" + container + "\" in pod \"" + pod + "\" has not been started here");
  }
  if (previous && attempts.size() < 2) {
    return Status::NotFound("previous terminated container \"" + container + "\" in pod \"" + pod + "\" not found");
  }
  return (newest / container / (std::to_string(attempts[previous ? 1 : 0]) + ".log")).string();
}

}  // namespace croft::agent
