// Turns YAML files into one compressed C array: embed OUTPUT_DIR ROOT FOLDER/FILE.yaml ...
// Runs at build time. The text inside is three lines per document: folder, file name, compact JSON.

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/object/yaml.h"

namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) throw std::runtime_error("can't read " + path.string());
  return text;
}

void AppendFile(const std::filesystem::path& root, const std::filesystem::path& file, std::string& text) {
  const auto documents = croft::ParseYaml(ReadFile(root / file));
  if (!documents.ok()) throw std::runtime_error(file.string() + ": " + documents.status().message());
  for (const croft::JsonDocument& document : *documents) {
    if (!document.IsObject()) throw std::runtime_error(file.string() + ": a document must be a mapping");
    text += file.parent_path().string() + "\n" + file.filename().string() + "\n" + croft::WriteJson(document) + "\n";
  }
}

std::vector<unsigned char> Compress(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::vector<unsigned char> out(size);
  if (compress2(out.data(), &size, reinterpret_cast<const Bytef*>(text.data()), text.size(), Z_BEST_COMPRESSION) !=
      Z_OK) {
    throw std::runtime_error("compression failed");
  }
  out.resize(size);
  return out;
}

void Write(const std::filesystem::path& folder, const std::vector<unsigned char>& blob, size_t text_size) {
  std::ofstream header(folder / "embedded_blob.h");
  header << "#pragma once\n\n#include <cstddef>\n\nnamespace croft::manifests {\n\n"
         << "extern const unsigned char kEmbeddedBlob[];\n"
         << "inline constexpr size_t kEmbeddedBlobSize = " << blob.size() << ";\n"
         << "inline constexpr size_t kEmbeddedTextSize = " << text_size << ";\n\n}\n";
  std::ofstream source(folder / "embedded_blob.cc");
  source << "#include \"manifests/embedded_blob.h\"\n\nnamespace croft::manifests {\n\n"
         << "const unsigned char kEmbeddedBlob[kEmbeddedBlobSize] = {";
  for (size_t i = 0; i < blob.size(); ++i) source << (i % 32 == 0 ? "\n" : "") << int{blob[i]} << ",";
  source << "};\n\n}\n";
  if (!header.flush() || !source.flush()) throw std::runtime_error("can't write to " + folder.string());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: embed OUTPUT_DIR ROOT FILE...\n";
    return 2;
  }
  try {
    std::vector<std::filesystem::path> files(argv + 3, argv + argc);
    std::sort(files.begin(), files.end());
    std::string text;
    for (const auto& file : files) AppendFile(argv[2], file, text);
    Write(argv[1], Compress(text), text.size());
  } catch (const std::exception& e) {
    std::cerr << "embed: " << e.what() << "\n";
    return 1;
  }
}
