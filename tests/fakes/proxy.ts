/** A small working HTTP proxy: tunnels for `CONNECT`, and passes on what names a whole address. */
import net from "node:net";
import { listen, readRequests, respond } from "./http_socket.ts";

export interface Proxy {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** What was asked for, as `CONNECT host:port` or `POST http://host:port/path`. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/** With `login` ("name:password") nobody else gets through. */
export async function openProxy({ login }: { login?: string } = {}): Promise<Proxy> {
  const seen: string[] = [];
  const sockets = new Set<net.Socket>();
  const expected = login === undefined ? undefined : `Basic ${btoa(login)}`;

  const server = net.createServer((socket) => {
    keep(socket);
    readRequests(socket, ({ method, path, headers, body }) => {
      seen.push(`${method} ${path}`);
      if (expected !== undefined && headers["proxy-authorization"] !== expected) {
        respond(socket, 407, "Who are you?", { "proxy-authenticate": "Basic" });
        return Promise.resolve();
      }
      if (method === "CONNECT") {
        const { hostname, port } = new URL(`http://${path}`);
        return tunnel(socket, net.connect(Number(port || 80), hostname), () => {
          socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        });
      }
      const { hostname, port, host, pathname, search } = new URL(path);
      const upstream = net.connect(Number(port || 80), hostname);
      const passed = Object.entries(headers).filter(([name]) => !/^proxy-|^host$|^transfer-encoding$/.test(name));
      const lines = passed.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      return tunnel(socket, upstream, () => {
        upstream.write(`${method} ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n${lines}\r\n${body}`);
      });
    });
  });

  /** From here on the two are one connection: the rest of what comes is not looked at. */
  function tunnel(socket: net.Socket, upstream: net.Socket, begin: () => void): Promise<void> {
    keep(upstream);
    socket.removeAllListeners("data");
    upstream.once("connect", () => {
      begin();
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on("close", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
    return Promise.resolve();
  }

  function keep(socket: net.Socket): void {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  }

  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
