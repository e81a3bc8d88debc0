#include "tools/chart/chart/archive.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "tools/chart/value/go_quote.h"
#include "tools/chart/value/gzip.h"

namespace croft::chart {
namespace {

constexpr size_t kBlock = 512;
constexpr size_t kMaxHeaderText = 1024 * 1024;  // of a long name, or of extended headers

// A tar header, and what extended headers before it said.
struct Entry {
  std::string name;
  char type = '0';
  uint64_t size = 0;
};

std::string_view Text(std::string_view field) {
  return field.substr(0, field.find('\0'));
}

// Octal, or with the first bit set binary from the highest byte on.
std::optional<uint64_t> Number(std::string_view field) {
  if ((static_cast<unsigned char>(field[0]) & 0x80) != 0) {
    uint64_t value = static_cast<unsigned char>(field[0]) & 0x7F;
    for (const char c : field.substr(1)) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
  }
  field = Text(field);
  while (field.starts_with(' ')) field.remove_prefix(1);
  while (field.ends_with(' ')) field.remove_suffix(1);
  if (field.empty()) return 0;
  uint64_t value = 0;
  const auto read = std::from_chars(field.data(), field.data() + field.size(), value, 8);
  if (read.ec != std::errc() || read.ptr != field.data() + field.size()) return std::nullopt;
  return value;
}

Status BadHeader() {
  return Status::BadRequest("archive/tar: invalid tar header");
}

class Tar {
 public:
  explicit Tar(std::string_view bytes) : stream_(bytes) {}

  // The next entry that is no extended header; none at the end.
  Result<std::optional<Entry>> Next() {
    CROFT_RETURN_IF_ERROR(Skip(padding_));
    padding_ = 0;
    std::string long_name;
    std::optional<uint64_t> long_size;
    while (true) {
      std::array<char, kBlock> block{};
      const Result<size_t> read = stream_.Read(block.data(), kBlock);
      if (!read.ok()) return read.status();
      const std::string_view header(block.data(), kBlock);
      if (*read == 0 || (*read == kBlock && header.find_first_not_of('\0') == std::string_view::npos)) {
        return std::optional<Entry>();
      }
      if (*read < kBlock) return Status::BadRequest("unexpected EOF");
      Entry entry;
      CROFT_RETURN_IF_ERROR(ReadHeader(header, entry));
      if (entry.type == 'x' || entry.type == 'L' || entry.type == 'K' || entry.type == 'g') {
        CROFT_RETURN_IF_ERROR(ReadExtension(entry, long_name, long_size));
        continue;
      }
      if (!long_name.empty()) entry.name = long_name;
      if (long_size) entry.size = *long_size;
      return std::optional<Entry>(std::move(entry));
    }
  }

  // What the entry has, to be read before the next one.
  Result<std::string> Data(const Entry& entry) { return Take(entry.size); }

 private:
  static Status ReadHeader(std::string_view header, Entry& entry) {
    const std::optional<uint64_t> sum = Number(header.substr(148, 8));
    uint64_t plain = 0;
    uint64_t with_signs = 0;
    for (size_t i = 0; i < kBlock; ++i) {
      const char c = i >= 148 && i < 156 ? ' ' : header[i];
      plain += static_cast<unsigned char>(c);
      with_signs += static_cast<uint64_t>(static_cast<signed char>(c));
    }
    const std::optional<uint64_t> size = Number(header.substr(124, 12));
    if (!sum || !size || (*sum != plain && *sum != with_signs)) return BadHeader();
    entry.name = Text(header.substr(0, 100));
    entry.type = header[156];
    entry.size = *size;
    if (header.substr(257, 6) == std::string_view("ustar\0", 6)) {
      if (const std::string_view prefix = Text(header.substr(345, 155)); !prefix.empty()) {
        entry.name = std::string(prefix) + "/" + entry.name;
      }
    }
    return Status::Ok();
  }

  Status ReadExtension(const Entry& entry, std::string& name, std::optional<uint64_t>& size) {
    if (entry.size > kMaxHeaderText) return BadHeader();
    Result<std::string> data = Take(entry.size);
    if (!data.ok()) return data.status();
    CROFT_RETURN_IF_ERROR(Skip(padding_));
    padding_ = 0;
    if (entry.type == 'L') name = Text(*data);
    if (entry.type == 'x') return ReadRecords(*data, name, size);
    return Status::Ok();
  }

  // Records of "LENGTH KEY=VALUE\n", the length that of the whole record.
  static Status ReadRecords(std::string_view records, std::string& name, std::optional<uint64_t>& size) {
    while (!records.empty()) {
      const size_t space = records.find(' ');
      size_t length = 0;
      if (space == std::string_view::npos) return BadHeader();
      const auto read = std::from_chars(records.data(), records.data() + space, length);
      if (read.ec != std::errc() || read.ptr != records.data() + space || length > records.size() ||
          length < space + 2 || records[length - 1] != '\n') {
        return BadHeader();
      }
      const std::string_view record = records.substr(space + 1, length - space - 2);
      const size_t equals = record.find('=');
      if (equals == std::string_view::npos) return BadHeader();
      const std::string_view value = record.substr(equals + 1);
      if (record.substr(0, equals) == "path") name = value;
      if (record.substr(0, equals) == "size") {
        uint64_t number = 0;
        const auto digits = std::from_chars(value.data(), value.data() + value.size(), number);
        if (digits.ec != std::errc() || digits.ptr != value.data() + value.size()) return BadHeader();
        size = number;
      }
      records.remove_prefix(length);
    }
    return Status::Ok();
  }

  Result<std::string> Take(uint64_t size) {
    std::string data(size, '\0');
    const Result<size_t> read = stream_.Read(data.data(), size);
    if (!read.ok()) return read.status();
    if (*read < size) return Status::BadRequest("unexpected EOF");
    padding_ = (kBlock - size % kBlock) % kBlock;
    return data;
  }

  Status Skip(size_t size) {
    std::array<char, kBlock> block{};
    const Result<size_t> read = stream_.Read(block.data(), size);
    return read.ok() ? Status::Ok() : read.status();
  }

  Gunzip stream_;
  size_t padding_ = 0;
};

// As Go's path.Clean, for paths that are not absolute.
std::string Clean(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  std::string out;
  for (const std::string_view part : parts) {
    if (!out.empty()) out += '/';
    out += part;
  }
  return out.empty() ? "." : out;
}

// The name within the chart's folder.
Result<std::string> NameInside(const std::string& whole) {
  std::string name = whole;
  if (name.find('\\') != std::string::npos) {
    // A slash within a name that has backslashes is one of the name's characters, but never of a chart's.
    std::replace(name.begin(), name.end(), '\\', '/');
  }
  const size_t slash = name.find('/');
  const std::string first = name.substr(0, slash);
  name = slash == std::string::npos ? "" : name.substr(slash + 1);
  if (name.starts_with('/')) return Status::BadRequest("chart illegally contains absolute paths");
  name = Clean(name);
  if (name == ".") {
    return Status::BadRequest("chart illegally contains content outside the base directory: " + GoQuote(whole));
  }
  if (name.starts_with("..")) return Status::BadRequest("chart illegally references parent directory");
  const char drive = name[0];
  if (name.size() > 2 && name[1] == ':' && name[2] == '/' &&
      ((drive >= 'a' && drive <= 'z') || (drive >= 'A' && drive <= 'Z'))) {
    return Status::BadRequest("chart contains illegally named files");
  }
  if (first == "Chart.yaml") return Status::BadRequest("chart yaml not in base directory");
  return name;
}

}  // namespace

std::string_view WithoutByteOrderMark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

Result<std::vector<File>> ReadArchive(std::string_view bytes) {
  Tar tar(bytes);
  std::vector<File> files;
  size_t left = kMaxChartBytes;
  for (size_t entries = 0;; ++entries) {
    Result<std::optional<Entry>> next = tar.Next();
    if (!next.ok()) return next.status();
    if (!*next) break;
    const Entry& entry = **next;
    if (entries >= kMaxChartFiles) return Status::BadRequest("the chart archive has too many files");
    if (entry.type == '5') {
      if (entry.size > 0) return BadHeader();
      continue;
    }
    const bool regular = entry.type == '0' || entry.type == '\0' || entry.type == '7';
    if (!regular) {
      return Status::BadRequest("the chart archive has a link or device: " + GoQuote(entry.name));
    }
    if (entry.name.ends_with('/')) continue;
    Result<std::string> name = NameInside(entry.name);
    if (!name.ok()) return name.status();
    if (entry.size > left) {
      return Status::BadRequest("decompressed chart is larger than the maximum file size " +
                                std::to_string(kMaxChartBytes));
    }
    if (entry.size > kMaxChartFileBytes) {
      return Status::BadRequest("decompressed chart file " + GoQuote(entry.name) +
                                " is larger than the maximum file size " + std::to_string(kMaxChartFileBytes));
    }
    Result<std::string> data = tar.Data(entry);
    if (!data.ok()) return data.status();
    left -= entry.size;
    files.push_back({std::move(*name), std::make_shared<const std::string>(WithoutByteOrderMark(*data))});
  }
  if (files.empty()) return Status::BadRequest("no files in chart archive");
  return files;
}

}  // namespace croft::chart
