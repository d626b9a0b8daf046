/** Where a server is: what people write as its address, made whole. */
import { ChatError } from "../../../server/domain/error.ts";
import type { Preset } from "./preset.ts";

export interface Address {
  /** Without what follows the host and the deployment's own path: where `/api/tags` hangs. */
  readonly root: string;
  /** Where `chat/completions` hangs; no slash at the end. */
  readonly api: string;
  readonly hostname: string;
  /** `host:port`. */
  readonly host: string;
  /** Whether it is this very machine; a neighbour in the same network is not. */
  readonly isLocal: boolean;
}

/**
 * Takes `http://host/v1`, `host:port`, `:port` and Ollama's `0.0.0.0`, which is where it listens, not where it is.
 * An address without a path gets `/v1`. Throws `ChatError` "invalid".
 */
export function addressOf(written: string, preset: Pick<Preset, "port" | "api" | "urlSetting">): Address {
  const url = parse(written.trim(), preset);
  if (url.username !== "" || url.password !== "") {
    throw new ChatError(
      "invalid",
      `Cannot use ${preset.urlSetting}: it must not hold a user name or password, which belongs in a key setting`,
    );
  }
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.hostname === "[::]") url.hostname = "[::1]";
  let path = url.pathname.replace(/\/+$/, "");
  if (preset.api === "ollama") path = path.replace(/\/(v1|api)$/, "");
  const root = url.origin + path.replace(/\/v1$/, "");
  const api = preset.api === "ollama" || path === "" ? `${root}/v1` : url.origin + path;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return { root, api, hostname: url.hostname, host: `${url.hostname}:${port}`, isLocal: isThisMachine(url.hostname) };
}

function parse(written: string, preset: Pick<Preset, "port" | "urlSetting">): URL {
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(written);
  const text = hasScheme ? written : `http://${written.startsWith(":") ? `127.0.0.1${written}` : written}`;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || written === "") {
    // The value is not repeated: it may hold a password.
    throw new ChatError(
      "invalid",
      `Cannot use ${preset.urlSetting}: it is not an address, which would be like http://127.0.0.1:${
        preset.port ?? 8000
      }/v1`,
    );
  }
  if (!hasScheme && url.port === "" && preset.port !== null) url.port = String(preset.port);
  return url;
}

function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
