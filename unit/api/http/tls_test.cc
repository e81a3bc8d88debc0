#include <gmock/gmock.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <atomic>
#include <thread>

#include "api/http/server.h"
#include "api/http/transport.h"
#include "unit/api/http/fixture.h"
#include "unit/api/http/lab.h"

namespace croft::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

// A TLS connection driven by poll(), as a blocking client has it.
class TlsClient {
 public:
  TlsClient(const std::string& address, const std::string& ca_pem, const TlsIdentity& identity = {}) {
    const Result<int> fd = Connect(address, std::chrono::seconds(5));
    const Result<TlsContext> context = MakeClientContext(ca_pem, identity);
    EXPECT_TRUE(fd.ok() && context.ok()) << fd.status().message() << context.status().message();
    transport_ = MakeTlsClientTransport(*fd, *context, "127.0.0.1");
    connected_ = Drive([&] { return transport_->Handshake(); }).state == Transport::State::kDone;
  }

  bool connected() const { return connected_; }
  const std::string& error() const { return transport_->error(); }

  void Send(const std::string& text) {
    const iovec piece{const_cast<char*>(text.data()), text.size()};
    EXPECT_EQ(Drive([&] { return transport_->Write(&piece, 1); }).bytes, text.size());
  }
  std::string ReadUntil(std::string_view text) {
    std::string received;
    char buffer[16 * 1024];
    while (received.find(text) == std::string::npos) {
      const auto outcome = Drive([&] { return transport_->Read(buffer, sizeof buffer); });
      if (outcome.state != Transport::State::kDone) break;
      received.append(buffer, outcome.bytes);
    }
    return received;
  }
  std::string Get() {
    Send("GET / HTTP/1.1\r\nHost: lab\r\n\r\n");
    return ReadUntil("!");
  }

 private:
  template <class F>
  Transport::Outcome Drive(F step) {
    for (;;) {
      const Transport::Outcome outcome = step();
      const bool reads = outcome.state == Transport::State::kWantRead;
      if (!reads && outcome.state != Transport::State::kWantWrite) return outcome;
      if (!WaitFor(transport_->fd(), reads, Soon())) return {Transport::State::kError};
    }
  }

  std::unique_ptr<Transport> transport_;
  bool connected_ = false;
};

void SayWho(Request request, const ResponderPtr& responder) {
  std::string text = request.peer.verified ? "verified " : "unknown ";
  text += request.peer.common_name;
  for (const std::string& organization : request.peer.organizations) text += "," + organization;
  ReplyWithText(responder, text + "!");
}

class TlsServerTest : public testing::Test {
 protected:
  std::string Serve(Handler handler) {
    ServerSettings settings;
    settings.listeners = {{.address = "127.0.0.1:0"}, {.address = "127.0.0.1:0", .plain = true}};
    settings.tls = ServerTls{lab_.Issue("server"), lab_.ca_pem()};
    server_ = std::make_unique<Server>(std::move(settings), std::move(handler));
    const Status status = server_->Start();
    EXPECT_TRUE(status.ok()) << status.message();
    return server_->addresses().front();
  }

  const Lab lab_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsServerTest, HandlerSeesWhoTheClientIs) {
  const std::string address = Serve(SayWho);
  const Lab stranger("other-ca");
  const struct {
    const char* name;
    TlsIdentity identity;
    const char* answer;
  } kCases[] = {
      {"certificate of our CA", lab_.Issue("alice", {"system:masters", "lab"}), "verified alice,system:masters,lab!"},
      {"no certificate", {}, "unknown !"},
      {"certificate of a stranger's CA", stranger.Issue("alice", {"system:masters"}), "unknown !"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    TlsClient client(address, lab_.ca_pem(), c.identity);
    ASSERT_TRUE(client.connected()) << client.error();
    EXPECT_THAT(client.Get(), EndsWith(c.answer));
    EXPECT_THAT(client.Get(), EndsWith(c.answer));
  }
}

TEST_F(TlsServerTest, ClientThatDoesNotTrustTheServerSaysSo) {
  TlsClient client(Serve(SayWho), Lab("lab-ca").ca_pem());
  EXPECT_FALSE(client.connected());
  EXPECT_THAT(client.error(), HasSubstr("certificate"));
}

TEST_F(TlsServerTest, IntermediateCaIsTrustedWithoutItsRoot) {
  const auto now = std::chrono::system_clock::now();
  const auto root = *pki::Authority::Create("root", now, std::chrono::hours(24));
  pki::CertificateSpec spec;
  spec.subject.common_name = "intermediate";
  spec.not_before = now - std::chrono::hours(1);
  spec.not_after = now + std::chrono::hours(2);
  spec.is_ca = true;
  const pki::KeyPair pair = *root.IssueWithNewKey(spec);
  const Lab lab(*pki::Authority::Load(pair.certificate_pem, pair.key_pem));
  const std::string address = Serve(SayWho);
  ASSERT_TRUE(server_->SetTls({lab.Issue("server"), lab.ca_pem()}).ok());
  TlsClient client(address, lab.ca_pem(), lab.Issue("carol"));
  ASSERT_TRUE(client.connected()) << client.error();
  EXPECT_THAT(client.Get(), EndsWith("verified carol!"));
}

TEST_F(TlsServerTest, LargeBodiesAndManyPiecesArriveWhole) {
  std::string whole;
  std::vector<SharedBytes> pieces;
  for (int i = 0; i < 5000; ++i) {
    pieces.push_back(Bytes(std::string(static_cast<size_t>(i % 1500), static_cast<char>('a' + i % 26))));
    whole += *pieces.back();
  }
  pieces.push_back(Bytes(std::string(4'000'000, 'z') + "!"));
  whole += *pieces.back();
  const std::string address = Serve([&](Request, ResponderPtr responder) {
    Response response;
    response.pieces.assign(pieces.begin(), pieces.end());
    responder->Send(std::move(response));
  });
  TlsClient client(address, lab_.ca_pem());
  for (int i = 0; i < 3; ++i) {
    const std::string answer = client.Get();
    EXPECT_TRUE(answer.substr(answer.find("\r\n\r\n") + 4) == whole) << answer.size();
  }
}

TEST_F(TlsServerTest, CertificateIsSwappedWithoutDroppingConnections) {
  const std::string address = Serve(SayWho);
  TlsClient before(address, lab_.ca_pem());
  EXPECT_THAT(before.Get(), EndsWith("unknown !"));

  const Lab next("next-ca");
  ASSERT_TRUE(server_->SetTls({next.Issue("server"), next.ca_pem()}).ok());
  EXPECT_THAT(before.Get(), EndsWith("unknown !"));
  TlsClient after(address, next.ca_pem(), next.Issue("bob"));
  ASSERT_TRUE(after.connected()) << after.error();
  EXPECT_THAT(after.Get(), EndsWith("verified bob!"));
  EXPECT_FALSE(TlsClient(address, lab_.ca_pem()).connected());
}

TEST_F(TlsServerTest, IdentityThatDoesNotFitIsRefusedAndChangesNothing) {
  const std::string address = Serve(SayWho);
  TlsIdentity mixed = lab_.Issue("server");
  mixed.key_pem = lab_.Issue("server").key_pem;
  EXPECT_THAT(server_->SetTls({mixed, ""}).message(), HasSubstr("does not belong to the certificate"));
  EXPECT_FALSE(server_->SetTls({{"", ""}, ""}).ok());
  EXPECT_FALSE(server_->SetTls({lab_.Issue("server"), "no PEM"}).ok());
  EXPECT_TRUE(TlsClient(address, lab_.ca_pem()).connected());
}

TEST_F(TlsServerTest, PlainRequestToATlsPortIsToldSo) {
  RawClient client(Serve(SayWho));
  client.Send("GET / HTTP/1.1\r\nHost: lab\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), HasSubstr("400 Bad Request"));
}

TEST_F(TlsServerTest, PlainListenerNeedsNoTls) {
  Serve(SayWho);
  RawClient client(server_->addresses().back());
  client.Send("GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), EndsWith("unknown !"));
}

// A client that changes its keys as often as it likes.
class KeyChanger {
 public:
  KeyChanger(const std::string& address, const std::string& ca_pem)
      : context_(*MakeClientContext(ca_pem, {})), fd_(*Connect(address, std::chrono::seconds(5))) {
    ssl_ = SSL_new(context_.get());
    SSL_set_fd(ssl_, fd_);
    while (SSL_connect(ssl_) != 1 && WaitFor(fd_, SSL_want_read(ssl_) != 0, Soon())) {
    }
    SSL_set0_wbio(ssl_, BIO_new(BIO_s_mem()));
  }
  ~KeyChanger() {
    SSL_free(ssl_);
    close(fd_);
  }
  // What is sent next: `changes`, then `text`.
  std::string Bytes(int changes, std::string_view text) {
    for (int i = 0; i < changes; ++i) {
      SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED);
      EXPECT_EQ(SSL_do_handshake(ssl_), 1);
    }
    EXPECT_GT(SSL_write(ssl_, text.data(), static_cast<int>(text.size())), 0);
    char* data = nullptr;
    const auto size = static_cast<size_t>(BIO_get_mem_data(SSL_get_wbio(ssl_), &data));
    std::string bytes(data, size);
    BIO_reset(SSL_get_wbio(ssl_));
    return bytes;
  }
  // False when the server has closed the connection.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
      if (n < 0 && (errno != EAGAIN || !WaitFor(fd_, false, Soon()))) return false;
    }
    return true;
  }
  std::string Read() {
    char buffer[4096];
    for (;;) {
      const int n = SSL_read(ssl_, buffer, sizeof buffer);
      if (n > 0) return {buffer, static_cast<size_t>(n)};
      if (SSL_get_error(ssl_, n) != SSL_ERROR_WANT_READ || !WaitFor(fd_, true, Soon())) return {};
    }
  }

 private:
  const TlsContext context_;
  const int fd_;
  SSL* ssl_ = nullptr;
};

TEST_F(TlsServerTest, KeysMayChangeButNotForever) {
  constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: lab\r\n\r\n";
  KeyChanger client(Serve(SayWho), lab_.ca_pem());
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(client.Send(client.Bytes(100, kGet)));
    EXPECT_THAT(client.Read(), EndsWith("unknown !"));
  }
  client.Send(client.Bytes(10'000, kGet));
  EXPECT_EQ(client.Read(), "");
  EXPECT_TRUE(Eventually([&] { return server_->connection_count() == 0; }));
}

TEST_F(TlsServerTest, ManyStreamsShareEvents) {
  std::mutex mutex;
  std::vector<std::shared_ptr<Stream>> streams;
  const std::string address = Serve([&](Request, ResponderPtr responder) {
    auto stream = responder->StartStream(200, {}, 1 << 20);
    std::lock_guard lock(mutex);
    streams.push_back(std::move(stream));
  });
  std::vector<std::unique_ptr<TlsClient>> clients;
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<TlsClient>(address, lab_.ca_pem()));
    clients.back()->Send("GET / HTTP/1.1\r\nHost: lab\r\n\r\n");
  }
  ASSERT_TRUE(Eventually([&] {
    std::lock_guard lock(mutex);
    return streams.size() == 30;
  }));
  for (int i = 0; i < 100; ++i) {
    const SharedBytes event = Bytes(i == 99 ? "last!" : std::string(500, 'e'));
    std::lock_guard lock(mutex);
    for (const auto& stream : streams) EXPECT_TRUE(stream->Write(event));
  }
  for (const auto& client : clients) EXPECT_THAT(client->ReadUntil("last!"), HasSubstr("last!"));
  server_->Stop(std::chrono::seconds(5));
}

}  // namespace
}  // namespace croft::http
