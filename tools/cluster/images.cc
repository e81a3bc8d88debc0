#include "tools/cluster/images.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "api/base/fd.h"
#include "api/base/program.h"

namespace croft::cluster {
namespace {

namespace fs = std::filesystem;

constexpr int kReplySeconds = 120;
constexpr size_t kMaxReply = 64 * 1024;

Status Failed(const fs::path& socket, const std::string& doing) {
  return Status::Unavailable("can't " + doing + " Podman at " + socket.string() + ": " + std::strerror(errno));
}

// By way of the directory's descriptor: a socket's own path may have 107 characters only.
Result<UniqueFd> Connect(const fs::path& path) {
  const UniqueFd dir(open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!dir.valid()) return Failed(path, "reach");
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "/proc/self/fd/" + std::to_string(dir.get()) + "/" + path.filename().string();
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return Failed(path, "reach");
  const timeval patience{kReplySeconds, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return fd;
}

}  // namespace

Status SaveImage(const std::string& image, const fs::path& archive) {
  if (image.empty() || image[0] == '-') return Status::Invalid("\"" + image + "\" is not the name of an image");
  const Status found = RunProgram({"podman", "image", "exists", image}).status();
  if (found.IsNotFound()) return Status::Unavailable("Podman is not installed: apt-get install podman");
  if (!found.ok()) {
    return Status::NotFound("this machine's Podman has no image \"" + image +
                            "\": \"podman images\" shows those it has");
  }
  return RunProgram({"podman", "save", "--quiet", "--format", "docker-archive", "--output", archive.string(), image})
      .status();
}

Status LoadImage(const fs::path& socket, const fs::path& archive) {
  const UniqueFd file(open(archive.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!file.valid() || fstat(file.get(), &info) != 0) {
    return Status::Internal("can't read " + archive.string() + ": " + std::strerror(errno));
  }
  Result<UniqueFd> podman = Connect(socket);
  if (!podman.ok()) return podman.status();
  const std::string head =
      "POST /v4.0.0/libpod/images/load HTTP/1.1\r\nHost: podman\r\nConnection: close\r\n"
      "Content-Type: application/x-tar\r\nContent-Length: " +
      std::to_string(info.st_size) + "\r\n\r\n";
  if (send(podman->get(), head.data(), head.size(), MSG_NOSIGNAL) < 0) return Failed(socket, "send an image to");
  // An answer before the end, as when its disk is full, breaks the pipe: then the answer says why.
  std::vector<char> piece(256 * 1024);
  ssize_t size;
  while ((size = read(file.get(), piece.data(), piece.size())) > 0) {
    ssize_t sent = 0, step = 1;
    for (; sent < size && step > 0; sent += step) {
      step = send(podman->get(), piece.data() + sent, static_cast<size_t>(size - sent), MSG_NOSIGNAL);
    }
    if (step <= 0) break;
  }
  std::string reply;
  char buffer[4096];
  ssize_t got;
  while (reply.size() < kMaxReply && (got = recv(podman->get(), buffer, sizeof buffer, 0)) > 0) {
    reply.append(buffer, static_cast<size_t>(got));
  }
  if (reply.rfind("HTTP/1.1 200", 0) == 0) return Status::Ok();
  const size_t body = reply.find("\r\n\r\n");
  const std::string reason = body == std::string::npos ? reply.substr(0, 200) : reply.substr(body + 4, 500);
  return Status::Unavailable("Podman at " + socket.string() + " did not take the image: " + reason);
}

}  // namespace croft::cluster
