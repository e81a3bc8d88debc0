#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>

#include "api/base/result.h"

namespace croft::agent {

struct FileContent {
  std::string bytes;
  int mode = 0644;
  bool operator==(const FileContent&) const = default;
};
using FileTree = std::map<std::string, FileContent>;  // relative path ("a/b.txt") -> content

// Makes `directory` (which exists) show exactly `files`, all at once: they are written into a directory of their own,
// "..data" is turned to it by a rename, and every top-level name is a link through "..data". Readers see the old tree
// or the new, never a mix. Writes nothing when the tree shows the same already. Files belong to group `gid` when given.
Status WriteTree(const std::string& directory, const FileTree& files, std::optional<gid_t> gid);

// What WriteTree last wrote there, modes left out; empty when nothing was.
std::map<std::string, std::string> ReadTree(const std::string& directory);

// Writes a whole file by way of a temporary one beside it.
Status WriteFile(const std::string& path, const std::string& bytes, int mode);

// A path within a volume: relative, without "..", not empty. kInvalid otherwise.
Status CheckRelativePath(const std::string& path);

}  // namespace croft::agent
