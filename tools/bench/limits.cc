#include "tools/bench/limits.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "api/http/socket.h"

namespace croft::bench {
namespace {

using Steady = std::chrono::steady_clock;

// How often a second `step` can be done.
double Rate(const std::function<void()>& step) {
  constexpr auto kSlice = std::chrono::seconds(1);
  const auto begin = Steady::now();
  int done = 0;
  for (; Steady::now() - begin < kSlice; ++done) step();
  return done / std::chrono::duration<double>(Steady::now() - begin).count();
}

void ReadByte(int fd) {
  char byte = 0;
  while (read(fd, &byte, 1) != 1) http::WaitFor(fd, true, Steady::now() + std::chrono::seconds(10));
}

}  // namespace

double SyncsPerSecond(const std::string& folder) {
  const std::string path = folder + "/sync";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string bytes(512, 'x');
  const double rate = Rate([&] {
    if (write(fd, bytes.data(), bytes.size()) > 0) fdatasync(fd);
  });
  close(fd);
  unlink(path.c_str());
  return rate;
}

double CopiedBytesPerSecond() {
  constexpr size_t kSize = 256 * 1024 * 1024;  // larger than any cache
  std::vector<char> from(kSize, 'x');
  std::vector<char> to(kSize, 'y');
  return Rate([&] {
           std::memcpy(to.data(), from.data(), kSize);
           from[0] = to[kSize - 1];
         }) *
         kSize;
}

double RoundTripsPerSecond() {
  const Result<int> listener = http::Listen("127.0.0.1:0");
  if (!listener.ok()) return 0;
  const Result<int> client = http::Connect(http::LocalAddress(*listener), std::chrono::seconds(5));
  if (!client.ok()) return 0;
  http::WaitFor(*listener, true, Steady::now() + std::chrono::seconds(5));
  const int server = accept4(*listener, nullptr, nullptr, SOCK_CLOEXEC);
  http::TuneConnection(server);
  http::TuneConnection(*client);
  std::thread echo([&] {
    for (char byte = 0; read(server, &byte, 1) == 1;) {
      if (write(server, &byte, 1) != 1) return;
    }
  });
  const double rate = Rate([&] {
    if (write(*client, "x", 1) == 1) ReadByte(*client);
  });
  close(*client);
  echo.join();
  close(server);
  close(*listener);
  return rate;
}

}  // namespace croft::bench
