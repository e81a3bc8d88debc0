// Turns YAML files into one compressed C array: embed OUTPUT_DIR ROOT FOLDER/FILE.yaml ...
// Runs at build time. The text inside is three lines per document: folder, file name, compact JSON.

#include <yaml-cpp/yaml.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::string Quote(const std::string& text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += std::string("\\u00") + kHex[c >> 4] + kHex[c & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

bool IsNumber(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
}

std::string Scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return Quote(text);  // quoted in the file
  if (text == "null" || text == "~" || text.empty()) return "null";
  if (text == "true" || text == "false") return text;
  return IsNumber(text) ? text : Quote(text);
}

std::string ToJson(const YAML::Node& node) {
  std::string out;
  switch (node.Type()) {
    case YAML::NodeType::Map:
      for (const auto& member : node) {
        out += (out.empty() ? "" : ",") + Quote(member.first.Scalar()) + ":" + ToJson(member.second);
      }
      return "{" + out + "}";
    case YAML::NodeType::Sequence:
      for (const auto& item : node) out += (out.empty() ? "" : ",") + ToJson(item);
      return "[" + out + "]";
    case YAML::NodeType::Scalar:
      return Scalar(node);
    default:
      return "null";
  }
}

void AppendFile(const std::filesystem::path& root, const std::filesystem::path& file, std::string& text) {
  try {
    for (const YAML::Node& document : YAML::LoadAllFromFile(root / file)) {
      if (!document.IsMap()) throw std::runtime_error("a document must be a mapping");
      text += file.parent_path().string() + "\n" + file.filename().string() + "\n" + ToJson(document) + "\n";
    }
  } catch (const std::exception& e) {
    throw std::runtime_error(file.string() + ": " + e.what());
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
