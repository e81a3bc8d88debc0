#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>

#include "api/base/clock.h"
#include "api/http/budget.h"
#include "api/http/message.h"
#include "api/http/output.h"
#include "api/http/server.h"

namespace croft::http {

// What a reader must take within ServerSettings::write_limit, if not all: a byte now and then is no progress.
inline constexpr size_t kLeastProgress = 64 * 1024;

// How long a connection may be without a request. `known`: its client has a certificate, or was answered what
// IsWelcome.
inline Duration IdleLimit(const ServerSettings& settings, bool known) {
  return known ? settings.idle_limit : std::min(settings.idle_limit, settings.stranger_limit);
}
inline bool IsWelcome(int status) {
  return status != 401 && status != 403;
}

// What an HTTP session asks of the connection that carries it. Every call but mutex() with that mutex held. Internal to
// api/http.
class Link {
 public:
  virtual ~Link() = default;
  virtual std::mutex& mutex() = 0;
  virtual const ServerSettings& settings() const = 0;
  virtual Budget& budget() = 0;
  virtual const Peer& peer() const = 0;

  // What is to be sent; it stays here until Flush.
  virtual Output& out() = 0;
  // Sends what the socket takes now; the rest follows by itself. Session::OnFlushed may be called in here, and the
  // connection may close.
  virtual void Flush() = 0;
  // Flush by an I/O thread, once for all calls until then.
  virtual void FlushSoon() = 0;
  // Goes on reading, by an I/O thread: the session wants to again.
  virtual void ReadSoon() = 0;
  // Runs `task` on an I/O thread with the mutex held, unless the connection is closed by then.
  virtual void Post(std::function<void()> task) = 0;
  // Runs `callback` on an I/O thread without the mutex, in any case.
  virtual void Call(std::function<void()> callback) = 0;
  // Whether the calling thread is an I/O thread.
  virtual bool OnIoThread() const = 0;
  // Has `request` handled by a worker, whose Responder answers by `number` and until then keeps what the request holds.
  virtual void Dispatch(Request request, uint64_t number, Share held) = 0;
  // Tells the peer that nothing more will be sent.
  virtual void CloseWrite() = 0;
  virtual void Close() = 0;
};

// The HTTP that is spoken over one connection: from bytes to requests, and from replies to bytes. Lives as long as its
// connection object. Internal to api/http.
class Session {
 public:
  virtual ~Session() = default;

  // Called by the connection, with its mutex held.
  virtual bool WantsToRead() const = 0;
  virtual void Take(std::string_view bytes) = 0;
  // Nothing more can be read. `in_order`: the peer ended its side only, and may wait for replies.
  virtual void OnPeerGone(bool in_order) = 0;
  // All of out() is sent. What is appended to it now goes out next.
  virtual void OnFlushed() = 0;
  virtual void CheckTime(SteadyTime now) = 0;
  // The server stops: see Server::Stop.
  virtual void Finish() = 0;
  // The connection is closed: lets go of everything.
  virtual void OnClosed() = 0;

  // For Responder and Stream: from any thread, without the mutex. `request` is the number of the request that they
  // answer; what comes too late does nothing.
  virtual void Reply(uint64_t request, Response response) = 0;
  // Runs `task` on an I/O thread, or at once when the connection is closed, for there may be no such thread any more.
  virtual void Later(std::function<void()> task) = 0;
  virtual void BeginStream(uint64_t request, int status, Headers headers, size_t max_queued) = 0;
  virtual bool WriteStream(uint64_t request, std::span<const SharedBytes> pieces) = 0;
  virtual void CloseStream(uint64_t request) = 0;
  virtual void OnStreamClosed(uint64_t request, std::function<void()> callback) = 0;
  virtual void OnStreamReceived(uint64_t, const std::function<Received(std::string_view)>&) {}
  // Asked when the request's turn comes. Not when the client took it back, or leaves too much unread of what it was
  // answered before.
  virtual bool MayHandle(uint64_t) { return true; }
};

std::unique_ptr<Session> MakeHttp1Session(Link& link);
std::unique_ptr<Session> MakeHttp2Session(Link& link);

// Answers request `number` of a session, which it keeps alive.
ResponderPtr MakeResponder(std::shared_ptr<Session> session, uint64_t number, Share held);

}  // namespace croft::http
