#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace croft::cli {

enum class Colour { kNone, kRed, kGreen, kYellow, kBlue, kDim, kBold };

// Whether standard output (error) is a terminal that wants colours: NO_COLOR and TERM=dumb turn them off.
bool ColoursOn(int fd);
std::string Paint(std::string_view text, Colour colour, bool on);

// A table with columns as wide as their widest cell, three spaces between; as kubectl prints.
class TablePrinter {
 public:
  explicit TablePrinter(std::vector<std::string> header) : header_(std::move(header)) {}
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // Status words (Running, Ready, CrashLoopBackOff ...) are coloured when `colours`.
  std::string Print(bool colours, bool with_header = true) const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

// "Error: message", red on a terminal, to standard error. Returns 1, an exit code.
int Fail(std::string_view message);

// Tells how a long command gets on: one line a step, its time when it ends. On a terminal the running step's line is
// drawn again in place; elsewhere each step is a line when it ends. Thread-safe.
class Progress {
 public:
  Progress();
  ~Progress();
  void Start(const std::string& step);
  void Finish(const std::string& step, bool ok = true);

 private:
  struct Running {
    std::string step;
    std::chrono::steady_clock::time_point since;
  };
  void Draw();
  void Clear();

  const bool terminal_;
  std::mutex mutex_;
  std::vector<Running> running_;  // guarded by mutex_
};

}  // namespace croft::cli
