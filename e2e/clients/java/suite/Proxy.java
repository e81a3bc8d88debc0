package lab.croft.clients;

import io.kubernetes.client.openapi.ApiClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passes connections on to the server, cuts all that are open when asked to, and lets none in while it is closed. */
final class Proxy implements AutoCloseable {
  private final URI target = URI.create(Lab.CLIENT.getBasePath());
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean away;

  Proxy() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    spawn(this::serve);
  }

  /** A client whose connections come this way. */
  ApiClient client() {
    return Lab.client().setBasePath("https://127.0.0.1:" + listener.getLocalPort());
  }

  boolean busy() {
    return !open.isEmpty();
  }

  /** Resets every open connection, in the middle of whatever it carries. */
  void cut() throws IOException {
    for (Socket socket : open) {
      if (!socket.isClosed()) socket.setSoLinger(true, 0);
      socket.close();
    }
    open.clear();
  }

  /** Whether the server can't be reached from now on. */
  void setAway(boolean value) throws IOException {
    away = value;
    if (value) cut();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }

  private void serve() throws IOException {
    while (true) {
      Socket near = listener.accept();
      if (away) {
        near.close();
        continue;
      }
      Socket far = new Socket(target.getHost(), target.getPort());
      open.add(near);
      open.add(far);
      spawn(() -> pass(near, far));
      spawn(() -> pass(far, near));
    }
  }

  private void pass(Socket from, Socket to) throws IOException {
    try (from; to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } finally {
      open.remove(from);
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void spawn(Work work) {
    Thread thread = new Thread(() -> {
      try {
        work.run();
      } catch (IOException e) {
        // a connection that ended, or was cut
      }
    });
    thread.setDaemon(true);
    thread.start();
  }
}
