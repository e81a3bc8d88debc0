#pragma once

#include <nghttp2/nghttp2.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "tools/bench/load.h"

namespace croft::bench {

// Puts over etcd's own API, gRPC over HTTP/2 and TLS (etcdserverpb.KV/Put). An answer says that it is stored.
class EtcdCaller final : public Caller {
 public:
  using KeyValue = std::pair<std::string, std::string>;

  static Result<std::unique_ptr<EtcdCaller>> Connect(const std::string& address, const std::string& ca_pem,
                                                     std::function<KeyValue(int n)> put);
  ~EtcdCaller() override;

  int fd() const override { return socket_.fd(); }
  bool Ask(int n) override;
  Got Take() override;

 private:
  struct Callbacks;
  EtcdCaller(CallerSocket socket, std::string address, std::function<KeyValue(int n)> put);
  bool Flush();

  CallerSocket socket_;
  const std::string address_;
  const std::function<KeyValue(int n)> put_;
  nghttp2_session* session_ = nullptr;
  std::string body_;  // of the present call
  size_t sent_ = 0;   // of it
  bool closed_ = false;
  bool ok_ = false;
};

}  // namespace croft::bench
