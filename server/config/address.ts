/** Hosts and addresses as people write them. */

/** Whether what is said to this host stays on this machine. IPv6 addresses with or without brackets. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/**
 * OLLAMA_HOST as an origin: `host`, `host:port`, `:port` or a URL; "every address" means this machine. Undefined for
 * what is none. Source: ollama/envconfig/config.go.
 */
export function ollamaOrigin(text: string): string | undefined {
  const hasScheme = /^https?:\/\//i.test(text);
  if (!hasScheme && text.includes("://")) return undefined;
  const authority = text.replace(/^https?:\/\//i, "").split("/")[0]!;
  const scheme = /^https:/i.test(text) ? "https" : "http";
  const url = URL.parse(`${scheme}://${authority.startsWith(":") ? "127.0.0.1" : ""}${authority}`);
  if (url === null || url.username !== "" || url.password !== "") return undefined;
  if (url.hostname === "0.0.0.0" || url.hostname === "[::]") url.hostname = "127.0.0.1";
  if (!hasScheme && !/:\d+$/.test(authority)) url.port = "11434";
  return url.origin;
}

/** An http(s) URL without a trailing slash, or undefined; names and passwords do not belong into it. */
export function webUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return undefined;
  return url.href.replace(/\/+$/, "");
}

/** Text as it may be shown: addresses in it without name and password, whatever signs these hold. */
export function withoutPassword(text: string): string {
  return text.replace(/:\/\/\S*@/g, "://…@");
}
