#include "manifests/embedded.h"

#include <zlib.h>

#include <stdexcept>

#include "manifests/embedded_blob.h"

namespace croft::manifests {
namespace {

std::string Unpack() {
  std::string text(kEmbeddedTextSize, '\0');
  uLongf size = text.size();
  const int result = uncompress(reinterpret_cast<Bytef*>(text.data()), &size, kEmbeddedBlob, kEmbeddedBlobSize);
  if (result != Z_OK || size != text.size()) throw std::logic_error("the manifests in this binary are damaged");
  return text;
}

std::string_view TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::vector<EmbeddedFile> ReadEmbedded(std::string_view folder) {
  const std::string text = Unpack();
  std::vector<EmbeddedFile> files;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view in = TakeLine(rest);
    const std::string_view name = TakeLine(rest);
    const std::string_view json = TakeLine(rest);
    if (in == folder) files.push_back({std::string(name), std::string(json)});
  }
  return files;
}

}  // namespace croft::manifests
