/** Connections to one server, kept open between calls; what is posted is posted once. */
import tls from "node:tls";
import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch as undiciFetch } from "undici";
import { ChatError } from "../../../server/domain/error.ts";
import type { Network } from "../../../server/domain/model.ts";
import type { Address } from "./address.ts";

/** `fetch` repeats a POST on Deno 2.9.6 when a kept connection breaks; undici's dispatcher does not. */
export interface Connection {
  request(url: string, options: RequestOptions): Promise<Dispatcher.ResponseData>;
  /** For packages that take a `fetch` and want short answers. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

export interface RequestOptions {
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

// More streams at once than this wait for one to end.
const maxConnections = 2_048;
// Below the 60 s after which load balancers commonly drop an idle connection.
const keptIdleMs = 30_000;

export function openConnection(
  address: Address,
  network: Network,
  { connectTimeoutMs }: { connectTimeoutMs: number },
): Connection {
  const dispatcher = openDispatcher(address, network, connectTimeoutMs);
  return {
    request(url, { method, headers, body, signal }) {
      const { origin, pathname, search } = new URL(url);
      // Undici's own timeouts are off: how long a model may be silent is for the caller to say.
      const timeouts = { headersTimeout: 0, bodyTimeout: 0 };
      return dispatcher.request({
        origin,
        path: pathname + search,
        method,
        headers,
        signal,
        ...timeouts,
        ...(body === undefined ? {} : { body }),
      });
    },
    async fetch(input, init) {
      const { method = "GET", headers, body, signal } = init ?? {};
      const answer = await undiciFetch(String(input), {
        method,
        headers: Object.fromEntries(new Headers(headers)),
        body: typeof body === "string" ? body : null,
        signal: signal ?? null,
        dispatcher,
      });
      // The package looks for the runtime's own class.
      return new Response(await answer.arrayBuffer(), {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
      });
    },
    // Also what is still under way ends.
    close: () => dispatcher.destroy(),
  };
}

function openDispatcher(address: Address, network: Network, connectTimeoutMs: number): Dispatcher {
  const ca = trusted(network.caCertificates);
  const secure = ca === undefined ? {} : { ca };
  const options = {
    connections: maxConnections,
    pipelining: 1,
    keepAliveTimeout: keptIdleMs,
    connect: { ...secure, timeout: connectTimeoutMs },
  };
  const proxy = address.api.startsWith("https:") ? network.httpsProxy : network.httpProxy;
  // What is said to this machine stays on it, whatever proxy there is.
  if (address.isLocal || proxy === null || proxy === "") return new Agent(options);
  const uri = proxyUri(proxy);
  return new EnvHttpProxyAgent({
    ...options,
    // Both are given, or undici would read the environment.
    httpProxy: uri,
    httpsProxy: uri,
    noProxy: network.noProxy ?? "",
    // Many proxies allow tunnels for TLS only.
    proxyTunnel: false,
    requestTls: { ...secure, timeout: connectTimeoutMs },
    proxyTls: { ...secure, timeout: connectTimeoutMs },
  });
}

/**
 * A list of authorities replaces the system's, so they are added again, each once: all of them are read for every new
 * connection. Undefined: the system's are enough.
 */
function trusted(caCertificates: string | null): string[] | undefined {
  const named = caCertificates?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (named.length === 0) return undefined;
  const all = [...tls.getCACertificates("default"), ...tls.getCACertificates("system"), ...named];
  return [...new Map(all.map((certificate) => [certificate.replace(/\s+/g, ""), certificate])).values()];
}

function proxyUri(proxy: string): string {
  const url = URL.parse(/^[a-z]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href;
  // The value is not repeated: it may hold a password.
  throw new ChatError("invalid", "Cannot use the proxy: it is not an address, which would be like http://proxy:3128");
}
