/**
 * A small model server that works and can misbehave: OpenAI's endpoints, Ollama's, LM Studio's and llama.cpp's lists.
 * Runs by itself too: `deno run -A tests/fakes/model_server.ts --port 9100 --key secret --invoices folder`.
 */
import net from "node:net";
import tls from "node:tls";
import { parseArgs } from "node:util";
import { listen, type RawRequest, readRequests, respond } from "./http_socket.ts";
import { answerChat, type ChatBody } from "./model_answer.ts";
import { embed, scriptOf } from "./model_script.ts";

export interface ModelServerOptions {
  readonly port?: number;
  /** The address it listens at: loopback unless said otherwise. */
  readonly host?: string;
  /** Every request needs it as its bearer. */
  readonly key?: string;
  /** What `/v1/models` and `/api/tags` list; others that are scripts answer all the same. */
  readonly models?: readonly string[];
  /** Whose extras `/v1/models` has, and whose other endpoints there are besides Ollama's. */
  readonly flavour?: "openai" | "openrouter" | "lmstudio" | "llamacpp";
  /** Takes the second POST of each connection, and closes it without an answer. */
  readonly closesKept?: boolean;
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** A folder with a file for each call, named by its `x-client-request-id`: its length is the tokens billed. */
  readonly invoices?: string;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface ModelServer {
  /** `http://host:port/v1`. */
  readonly url: string;
  readonly port: number;
  /** The last thousand, oldest first. */
  readonly requests: readonly SeenRequest[];
  readonly counts: {
    /** Chat requests that were read to their end. */
    readonly posts: number;
    /** The same by `x-client-request-id`. */
    readonly postsById: ReadonlyMap<string, number>;
    /** Tokens that were sent. */
    readonly tokens: number;
    /** Answers being written now. */
    readonly open: number;
    /** Answers whose reader went away. */
    readonly aborted: number;
    /** Ever opened. */
    readonly connections: number;
  };
  close(): Promise<void>;
}

const keptRequests = 1_000;

export async function openModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const counts = { posts: 0, postsById: new Map<string, number>(), tokens: 0, open: 0, aborted: 0, connections: 0 };
  const requests: SeenRequest[] = [];
  const callsOf = new Map<string, number>();
  const sockets = new Set<net.Socket>();
  const models = options.models ?? ["sim", "echo", "sim-ttft50-tps20-n100"];

  function accept(socket: net.Socket): void {
    counts.connections++;
    sockets.add(socket);
    socket.setNoDelay(true);
    // A peer that breaks off is part of the play; "close" follows.
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    readRequests(socket, (request) => handle(socket, request));
  }

  async function handle(socket: net.Socket, request: RawRequest): Promise<void> {
    const path = request.path.split("?")[0]!;
    const body = parse(request.body);
    requests.push({ method: request.method, path, headers: request.headers, body });
    if (requests.length > keptRequests) requests.shift();
    if (options.key !== undefined && request.headers.authorization !== `Bearer ${options.key}`) {
      return refuse(socket, 401, `Incorrect API key provided: ${request.headers.authorization}`, "invalid_api_key");
    }
    if (request.method === "POST" && /^\/(v1\/chat\/completions|api\/chat)$/.test(path)) {
      return await chat(socket, request, path === "/api/chat" ? "ollama" : "openai", body as ChatBody | undefined);
    }
    const list = listed(path, body);
    return list === undefined ? refuse(socket, 404, `no route ${path}`) : respond(socket, 200, list);
  }

  async function chat(
    socket: net.Socket,
    request: RawRequest,
    api: "openai" | "ollama",
    body: ChatBody | undefined,
  ): Promise<void> {
    const id = request.headers["x-client-request-id"] ?? `call-${counts.posts}`;
    counts.posts++;
    counts.postsById.set(id, (counts.postsById.get(id) ?? 0) + 1);
    if (options.closesKept && request.number > 1) return void socket.destroy();
    if (body === undefined) return refuse(socket, 400, "the body is not JSON");
    const model = body.model ?? "sim";
    const script = scriptOf(model);
    if (script === undefined) {
      return refuse(socket, 404, `The model \`${model}\` does not exist`, "model_not_found", api);
    }
    const nth = (callsOf.get(model) ?? 0) + 1;
    callsOf.set(model, nth);
    const isHit = (script.first === 0 || nth <= script.first) && (script.every === 0 || nth % script.every === 0);
    const promptTokens = Math.ceil(JSON.stringify(body.messages ?? []).length / 4);
    const bill = (tokens: string) => {
      if (options.invoices) Deno.writeTextFileSync(`${options.invoices}/${id}`, tokens, { append: true });
    };
    if (script.fail === 0) bill("");
    const onToken = () => {
      counts.tokens++;
      bill(".");
    };
    counts.open++;
    await answerChat(socket, { model, script, isHit, api, body, promptTokens, onToken });
    counts.open--;
    if (socket.destroyed && script.cut < 0 && script.drop === 0) counts.aborted++;
  }

  function listed(path: string, body: unknown): unknown {
    switch (path) {
      case "/v1/models":
        return { object: "list", data: models.map((id) => ({ id, object: "model", ...extras(options.flavour) })) };
      case "/v1/embeddings":
        return embeddings(body as { model?: string; input?: string | string[]; dimensions?: number });
      case "/api/v0/models":
        return options.flavour === "lmstudio" ? lmStudioModels(models) : undefined;
      case "/props":
        if (options.flavour !== "llamacpp") return undefined;
        return { default_generation_settings: { n_ctx: 16384 }, modalities: { vision: true } };
      case "/api/tags":
        return { models: models.map((name) => ({ name, model: name, size: 1 })) };
      case "/api/ps":
        return { models: [] };
      case "/api/show":
        return { parameters: "", capabilities: ["completion"], model_info: { "llama.context_length": 131072 } };
      case "/api/version":
        return { version: "0.40.12" };
      default:
        return undefined;
    }
  }

  const server = options.certificate ? tls.createServer(options.certificate, accept) : net.createServer(accept);
  // A client that does not trust us breaks off in the middle of the handshake.
  server.on("tlsClientError", () => {});
  const host = options.host ?? "127.0.0.1";
  const port = await listen(server, options.port ?? 0, host);
  return {
    url: `${options.certificate ? "https" : "http"}://${host}:${port}/v1`,
    port,
    requests,
    counts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function extras(flavour: ModelServerOptions["flavour"]): Record<string, unknown> {
  if (flavour !== "openrouter") return { created: 1700000000, owned_by: "sim" };
  return {
    name: "Scripted model",
    context_length: 65536,
    architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
    pricing: { prompt: "0.0000005", completion: "0.000002", input_cache_read: "0.00000005" },
    top_provider: { max_completion_tokens: 8192 },
  };
}

function lmStudioModels(models: readonly string[]): unknown {
  const data = models.map((id) => ({ id, type: "llm", max_context_length: 32768, loaded_context_length: 8192 }));
  return { data: [...data, { id: "nomic-embed", type: "embeddings" }] };
}

function embeddings(body: { model?: string; input?: string | string[]; dimensions?: number } | undefined): unknown {
  const inputs = [body?.input ?? ""].flat();
  const tokens = Math.ceil(inputs.join("").length / 4);
  return {
    object: "list",
    model: body?.model,
    data: inputs.map((text, index) => ({
      object: "embedding",
      index,
      embedding: embed(text, body?.dimensions ?? 64),
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function refuse(socket: net.Socket, status: number, message: string, code?: string, api?: "openai" | "ollama"): void {
  const error = { message, type: "invalid_request_error", code };
  respond(socket, status, { error: api === "ollama" ? message : error });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "9100" },
      key: { type: "string" },
      invoices: { type: "string" },
      flavour: { type: "string" },
    },
  });
  const server = await openModelServer({
    port: Number(values.port),
    ...(values.key === undefined ? {} : { key: values.key }),
    ...(values.invoices === undefined ? {} : { invoices: values.invoices }),
  });
  console.log(`models on ${server.url}`);
}
