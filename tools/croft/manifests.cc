#include "tools/croft/manifests.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "api/object/yaml.h"

namespace croft::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFile = 32 << 20;

bool IsManifest(const fs::path& path) {
  const std::string ending = path.extension();
  return ending == ".yaml" || ending == ".yml" || ending == ".json";
}

Result<std::vector<fs::path>> FilesOf(const std::string& path, bool recursive) {
  std::error_code error;
  if (!fs::exists(path, error)) return Status::NotFound("there is no file or folder \"" + path + "\"");
  if (!fs::is_directory(path, error)) return std::vector<fs::path>{path};
  std::vector<fs::path> files;
  if (recursive) {
    for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
      if (entry.is_regular_file() && IsManifest(entry.path())) files.push_back(entry.path());
    }
  } else {
    for (const auto& entry : fs::directory_iterator(path, error)) {
      if (entry.is_regular_file() && IsManifest(entry.path())) files.push_back(entry.path());
    }
  }
  if (error) return Status::Internal("cannot read folder \"" + path + "\": " + error.message());
  if (files.empty()) return Status::NotFound("folder \"" + path + "\" holds no .yaml, .yml or .json file");
  std::sort(files.begin(), files.end());
  return files;
}

Status Add(const std::string& text, const std::string& source, std::vector<Manifest>* out) {
  Result<std::vector<JsonDocument>> documents = ParseYaml(text);
  if (!documents.ok()) return documents.status().Annotate(source);
  for (JsonDocument& document : *documents) {
    if (!document.IsObject())
      return Status::BadRequest(source + ": a document must be a mapping with apiVersion and kind");
    const Json* items = Find(document, "items");
    if (FindString(document, {"kind"}) == "List" && items != nullptr && items->IsArray()) {
      for (const Json& item : items->GetArray()) {
        JsonDocument copy;
        copy.CopyFrom(item, copy.GetAllocator());
        out->push_back({std::move(copy), source});
      }
      continue;
    }
    for (const char* field : {"apiVersion", "kind"}) {
      if (FindString(document, {field}).empty()) return Status::BadRequest(source + ": a document has no " + field);
    }
    out->push_back({std::move(document), source});
  }
  return Status::Ok();
}

}  // namespace

Result<std::vector<Manifest>> ReadManifests(const std::vector<std::string>& paths, bool recursive) {
  std::vector<Manifest> manifests;
  for (const std::string& path : paths) {
    if (path == "-") {
      const std::string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
      CROFT_RETURN_IF_ERROR(Add(text, "standard input", &manifests));
      continue;
    }
    const Result<std::vector<fs::path>> files = FilesOf(path, recursive);
    if (!files.ok()) return files.status();
    for (const fs::path& file : *files) {
      std::error_code error;
      if (fs::file_size(file, error) > kMaxFile) return Status::BadRequest(file.string() + " is larger than 32 MiB");
      std::ifstream stream(file, std::ios::binary);
      if (!stream) return Status::NotFound("cannot read " + file.string());
      const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
      CROFT_RETURN_IF_ERROR(Add(text, file.string(), &manifests));
    }
  }
  if (manifests.empty()) return Status::BadRequest("no objects were given; name files with -f");
  return manifests;
}

}  // namespace croft::cli
