#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

// Structured logging: a sentence and key=value pairs. The library behind it (spdlog) is not visible to callers.
//   log::Info("pod started", {{"pod", key}, {"node", node}});
// Never pass a secret's content, a token or a private key.
namespace croft::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kText, kJson };

// A key and its value as text. `key` must outlive the call.
struct Field {
  std::string_view key;
  std::string value;
  Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, std::integral auto v) : key(k), value(std::to_string(v)) {}
};
using Fields = std::initializer_list<Field>;

// Sets level and format for the process; call once, before threads start. Logs go to stderr.
void Configure(Level level, Format format);
// "debug", "info", "warn", "error"; false when unknown.
bool ParseLevel(std::string_view text, Level* level);
bool Enabled(Level level);

void Write(Level level, std::string_view message, Fields fields);
inline void Debug(std::string_view message, Fields fields = {}) {
  if (Enabled(Level::kDebug)) Write(Level::kDebug, message, fields);
}
inline void Info(std::string_view message, Fields fields = {}) {
  Write(Level::kInfo, message, fields);
}
inline void Warn(std::string_view message, Fields fields = {}) {
  Write(Level::kWarn, message, fields);
}
inline void Error(std::string_view message, Fields fields = {}) {
  Write(Level::kError, message, fields);
}

}  // namespace croft::log
