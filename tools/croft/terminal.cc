#include "tools/croft/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace croft::cli {
namespace {

std::string_view Code(Colour colour) {
  switch (colour) {
    case Colour::kNone:
      return "";
    case Colour::kRed:
      return "\033[31m";
    case Colour::kGreen:
      return "\033[32m";
    case Colour::kYellow:
      return "\033[33m";
    case Colour::kBlue:
      return "\033[34m";
    case Colour::kDim:
      return "\033[2m";
    case Colour::kBold:
      return "\033[1m";
  }
  return "";
}

// Columns that a text takes on a terminal: its code points.
size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Colour ColourOf(std::string_view cell) {
  static constexpr std::string_view kGood[] = {"Running", "Ready", "Active", "Completed", "Succeeded", "True", "Bound"};
  static constexpr std::string_view kWaiting[] = {"Pending",     "ContainerCreating", "Terminating", "PodInitializing",
                                                  "Progressing", "Unknown",           "Draining",    "Paused"};
  static constexpr std::string_view kBad[] = {"Error",        "CrashLoopBackOff", "ImagePullBackOff",
                                              "ErrImagePull", "NotReady",         "Failed",
                                              "Evicted",      "OOMKilled",        "CreateContainerConfigError"};
  const auto among = [&](const auto& words) {
    return std::find(std::begin(words), std::end(words), cell) != std::end(words);
  };
  return among(kGood) ? Colour::kGreen : among(kWaiting) ? Colour::kYellow : among(kBad) ? Colour::kRed : Colour::kNone;
}

std::string Seconds(std::chrono::steady_clock::duration time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", std::chrono::duration<double>(time).count());
  return text;
}

}  // namespace

bool ColoursOn(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  if (term == nullptr || std::string_view(term) == "dumb") return false;
  return isatty(fd) == 1;
}

std::string Paint(std::string_view text, Colour colour, bool on) {
  if (!on || colour == Colour::kNone) return std::string(text);
  return std::string(Code(colour)) + std::string(text) + "\033[0m";
}

std::string TablePrinter::Print(bool colours, bool with_header) const {
  std::vector<size_t> widths(header_.size());
  const auto measure = [&](const std::vector<std::string>& row) {
    for (size_t i = 0; i < row.size() && i < widths.size(); ++i) widths[i] = std::max(widths[i], Width(row[i]));
  };
  if (with_header) measure(header_);
  for (const auto& row : rows_) measure(row);
  std::string out;
  const auto line = [&](const std::vector<std::string>& row, bool is_header) {
    for (size_t i = 0; i < row.size(); ++i) {
      const Colour colour = is_header ? Colour::kBold : ColourOf(row[i]);
      out += Paint(row[i], colour, colours);
      if (i + 1 < row.size()) out.append(widths[i] - Width(row[i]) + 3, ' ');
    }
    out += '\n';
  };
  if (with_header) line(header_, true);
  for (const auto& row : rows_) line(row, false);
  return out;
}

int Fail(std::string_view message) {
  const std::string text = Paint("Error:", Colour::kRed, ColoursOn(STDERR_FILENO)) + " " + std::string(message) + "\n";
  std::fputs(text.c_str(), stderr);
  return 1;
}

Progress::Progress() : terminal_(ColoursOn(STDERR_FILENO)) {}

Progress::~Progress() {
  std::lock_guard lock(mutex_);
  Clear();
}

void Progress::Start(const std::string& step) {
  std::lock_guard lock(mutex_);
  Clear();
  running_.push_back({step, std::chrono::steady_clock::now()});
  Draw();
}

void Progress::Finish(const std::string& step, bool ok) {
  std::lock_guard lock(mutex_);
  const auto it = std::find_if(running_.begin(), running_.end(), [&](const Running& r) { return r.step == step; });
  if (it == running_.end()) return;
  Clear();
  const std::string mark = Paint(ok ? "✓" : "✗", ok ? Colour::kGreen : Colour::kRed, terminal_);
  const std::string time = Paint(Seconds(std::chrono::steady_clock::now() - it->since), Colour::kDim, terminal_);
  std::fprintf(stderr, " %s %s  %s\n", mark.c_str(), step.c_str(), time.c_str());
  running_.erase(it);
  Draw();
}

void Progress::Draw() {
  if (!terminal_ || running_.empty()) return;
  std::fprintf(stderr, " … %s", running_.back().step.c_str());
  std::fflush(stderr);
}

void Progress::Clear() {
  if (terminal_ && !running_.empty()) std::fputs("\r\033[K", stderr);
}

}  // namespace croft::cli
