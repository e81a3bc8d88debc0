#include "tools/chart/functions/convert.h"
#include "tools/chart/functions/text.h"

namespace croft::chart {
namespace {

// The shortest way to say the same path: no doubled slashes, no ".", ".." taken back where it can be.
std::string Clean(std::string_view path) {
  const bool rooted = path.starts_with('/');
  std::vector<std::string_view> kept;
  size_t climbs = 0;  // how many of these are ".." that nothing takes back
  for (const std::string_view part : Split(path, "/", -1)) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      kept.push_back(part);
    } else if (kept.size() > climbs) {
      kept.pop_back();
    } else if (!rooted) {
      kept.push_back(part);
      ++climbs;
    }
  }
  std::string out = rooted ? "/" : "";
  for (size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) out += '/';
    out += kept[i];
  }
  return out.empty() ? "." : out;
}

std::string Base(std::string_view path) {
  if (path.empty()) return ".";
  while (path.ends_with('/')) path.remove_suffix(1);
  path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0
  return path.empty() ? "/" : std::string(path);
}

std::string Dir(std::string_view path) {
  return Clean(path.substr(0, path.rfind('/') + 1));
}

std::string Extension(std::string_view path) {
  const size_t at = path.find_last_of("./");
  return at == std::string_view::npos || path[at] == '/' ? "" : std::string(path.substr(at));
}

}  // namespace

void AddPaths(Functions& functions) {
  const auto add = [&functions](const std::string& name, const std::string& os_name, const Function& function) {
    functions[name] = function;
    functions[os_name] = function;  // the same where files are separated by slashes
  };
  add("base", "osBase", Bind([](std::string_view path) { return Base(path); }));
  add("clean", "osClean", Bind([](std::string_view path) { return Clean(path); }));
  add("dir", "osDir", Bind([](std::string_view path) { return Dir(path); }));
  add("ext", "osExt", Bind([](std::string_view path) { return Extension(path); }));
  add("isAbs", "osIsAbs", Bind([](std::string_view path) { return path.starts_with('/'); }));
}

}  // namespace croft::chart
