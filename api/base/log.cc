#include "api/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

namespace croft::log {
namespace {

std::atomic<Format> g_format{Format::kText};
std::atomic<Level> g_level{Level::kInfo};

spdlog::level::level_enum ToSpd(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      break;
  }
  return spdlog::level::err;
}

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("croft", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::debug);
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return *logger;
}

void AppendQuoted(std::string* out, std::string_view text) {
  *out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        *out += '\\';
        *out += c;
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\t':
        *out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char buffer[8];
          std::snprintf(buffer, sizeof buffer, "\\u%04x", c);
          *out += buffer;
        } else {
          *out += c;
        }
    }
  }
  *out += '"';
}

}  // namespace

void Configure(Level level, Format format) {
  g_level = level;
  g_format = format;
  Logger().set_pattern(format == Format::kJson ? "{\"time\":\"%Y-%m-%dT%H:%M:%S.%eZ\",\"level\":\"%l\",%v}"
                                               : "%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v",
                       spdlog::pattern_time_type::utc);
}

bool ParseLevel(std::string_view text, Level* level) {
  static constexpr std::pair<std::string_view, Level> kLevels[] = {
      {"debug", Level::kDebug}, {"info", Level::kInfo}, {"warn", Level::kWarn}, {"error", Level::kError}};
  for (const auto& [name, value] : kLevels) {
    if (name != text) continue;
    *level = value;
    return true;
  }
  return false;
}

bool Enabled(Level level) {
  return level >= g_level.load(std::memory_order_relaxed);
}

void Write(Level level, std::string_view message, Fields fields) {
  if (!Enabled(level)) return;
  std::string line;
  if (g_format == Format::kJson) {
    line = "\"message\":";
    AppendQuoted(&line, message);
    for (const Field& field : fields) {
      line += ',';
      AppendQuoted(&line, field.key);
      line += ':';
      AppendQuoted(&line, field.value);
    }
  } else {
    line = message;
    for (const Field& field : fields) {
      line.append(" ").append(field.key).append("=");
      const bool plain = !field.value.empty() && field.value.find_first_of(" \"\n\t\\=") == std::string::npos;
      if (plain) {
        line += field.value;
      } else {
        AppendQuoted(&line, field.value);
      }
    }
  }
  Logger().log(ToSpd(level), line);
}

}  // namespace croft::log
