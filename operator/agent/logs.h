#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/base/clock.h"
#include "api/base/result.h"

namespace croft::agent {

struct LogOptions {
  std::optional<int64_t> tail_lines;
  std::optional<WallTime> since;
  bool timestamps = false;
  std::optional<int64_t> limit_bytes;
};

// One line of a k8s-file log: "2026-11-20T12:08:12.404373105+00:00 stdout F text".
struct LogLine {
  std::string_view time;
  bool partial = false;  // the next line goes on
  std::string_view text;
};
std::optional<LogLine> ParseLogLine(std::string_view line);

// Reads a container's log from its file and what is added to it, through rotation and truncation. Not thread-safe.
class LogReader {
 public:
  LogReader(std::string path, LogOptions options);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  // The text of the lines that came since the last call, up to about `kChunk` bytes; empty when there is none now.
  // kNotFound when the file does not exist.
  Result<std::string> Read();
  // limit_bytes are used up: nothing will come any more.
  bool finished() const { return left_ && *left_ <= 0; }

  static constexpr size_t kChunk = 256 * 1024;

 private:
  Status Open();
  // Where the last `lines` lines begin.
  off_t FindTail(int64_t lines) const;
  bool Replaced() const;
  void Take(std::string_view line, std::string* out);

  const std::string path_;
  const LogOptions options_;
  std::optional<int64_t> left_;
  int fd_ = -1;
  off_t position_ = 0;
  bool opened_before_ = false;
  bool line_begun_ = false;  // the last line given out was partial
  std::string pending_;      // bytes of a line that is not whole yet
};

// The log file of a container by the pod's name: of the newest pod of that name, and of its newest start or, with
// `previous`, the one before. kNotFound says what is missing.
Result<std::string> FindLog(const std::string& log_dir, const std::string& ns, const std::string& pod,
                            const std::string& container, bool previous);

}  // namespace croft::agent
