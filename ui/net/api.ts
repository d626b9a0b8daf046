/** Asks our own server, and says in plain words what it answered when it refused. */

/** The server understood and refused; `message` may be shown. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterMs: number | null,
  ) {
    super(message);
  }
}

/** No answer came: the server is away, or the connection is. */
export class NoConnection extends Error {
  override readonly name = "NoConnection";
}

export interface Call {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Sent as JSON, unless it is a form. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A call that hears nothing for this long is given up; a stream may take its time once it has begun. */
const timeoutMs = 20_000;
const uploadTimeoutMs = 120_000;

/** The decoded answer. The server is of the same version as this page, so its shapes are taken as they are. */
export async function callJson<T>(path: string, call: Call = {}): Promise<T> {
  const response = await callApi(path, { signal: AbortSignal.timeout(timeoutMs), ...call });
  try {
    // an empty answer says only that it was done
    return JSON.parse(await response.text() || "null");
  } catch (error) {
    throw new NoConnection("The answer broke off", { cause: error });
  }
}

/** An answer with a good status. Throws `ApiError` for any other, `NoConnection` when none comes. */
export async function callApi(path: string, call: Call = {}): Promise<Response> {
  const isForm = call.body instanceof FormData;
  const body = call.body === undefined ? null : call.body instanceof FormData ? call.body : JSON.stringify(call.body);
  const gate = new AbortController();
  // files may be many megabytes, over a line that is slow
  const timer = setTimeout(() => gate.abort(), isForm ? uploadTimeoutMs : timeoutMs);
  let response: Response;
  try {
    response = await fetch(path, {
      method: call.method ?? "GET",
      // the browser itself says where the parts of a form begin
      headers: { ...(body === null || isForm ? {} : { "content-type": "application/json" }), ...call.headers },
      body,
      signal: call.signal ? AbortSignal.any([call.signal, gate.signal]) : gate.signal,
      credentials: "same-origin",
      cache: "no-store",
    });
  } catch (error) {
    if (call.signal?.aborted && call.signal.reason?.name !== "TimeoutError") throw error;
    throw new NoConnection("No connection to the server", { cause: error });
  } finally {
    clearTimeout(timer);
  }
  // what stands in front of a server that is away answers for it
  if ([502, 503, 504].includes(response.status) && !isProblem(response)) {
    await response.body?.cancel();
    throw new NoConnection(`No connection to the server (${response.status})`);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

function isProblem(response: Response): boolean {
  return response.headers.get("content-type")?.includes("json") === true;
}

async function refusal(response: Response): Promise<ApiError> {
  const problem: unknown = isProblem(response) ? await response.json().catch(() => null) : null;
  await response.body?.cancel().catch(() => {});
  const text = (name: string): string | null => {
    if (typeof problem !== "object" || problem === null) return null;
    const value: unknown = Reflect.get(problem, name);
    return typeof value === "string" && value !== "" ? value : null;
  };
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  const message = text("detail") ?? text("title") ?? `The server refused (${response.status})`;
  return new ApiError(
    response.status,
    text("code") ?? String(response.status),
    message,
    Number.isFinite(seconds) ? seconds * 1000 : null,
  );
}
