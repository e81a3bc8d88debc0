#pragma once

#include <nghttp2/nghttp2.h>

#include <memory>
#include <string>
#include <string_view>

#include "api/http/transport.h"

namespace croft::bench {

// A client of etcd's own API, gRPC over HTTP/2 and TLS, on one kept connection: one call at a time, on the caller's
// thread.
class EtcdClient {
 public:
  static Result<std::unique_ptr<EtcdClient>> Connect(const std::string& address, const std::string& ca_pem);
  ~EtcdClient();

  // etcdserverpb.KV/Put. True once etcd says that it is stored.
  bool Put(std::string_view key, std::string_view value);

 private:
  struct Callbacks;
  EtcdClient(std::unique_ptr<http::Transport> transport, std::string address);
  bool Flush();
  bool ReadSome();

  std::unique_ptr<http::Transport> transport_;
  const std::string address_;
  nghttp2_session* session_ = nullptr;
  std::string body_;  // of the present call
  size_t sent_ = 0;   // of it
  bool closed_ = false;
  bool ok_ = false;
};

}  // namespace croft::bench
