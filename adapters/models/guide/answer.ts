/** The guide's words: what fits the last message, always honest about what it is. Pure. */
import type { FoundServer } from "../../../server/domain/model.ts";

export interface Surroundings {
  readonly servers: readonly FoundServer[];
  /** Whether this is the first message of the conversation. */
  readonly isFirst: boolean;
}

/** In Markdown. The same for the same message and surroundings. */
export function answerTo(question: string, surroundings: Surroundings): string {
  // A key that somebody pastes is now stored with the conversation: they must hear of it before anything else.
  const warning = looksLikeKey(question) ? [keyWarning] : [];
  const topic = topics.find(({ words }) => words.test(question));
  const parts = topic !== undefined
    ? topic.say(surroundings)
    : warning.length > 0
    ? [keys]
    : surroundings.isFirst
    ? overview(surroundings)
    : again(surroundings);
  const isSaid = topic === undefined || !surroundings.isFirst;
  return [...warning, ...(isSaid ? [] : [noModel]), ...parts].join("\n\n");
}

const noModel = "**No model is connected yet**, so the guide answers, a part of this program with prepared answers.";

const names: Readonly<Record<FoundServer["kind"], string>> = {
  ollama: "Ollama",
  lmstudio: "LM Studio",
  llamacpp: "llama.cpp",
};

const keys = [
  "**With a key.** Any of these does it; then start WhisperEngine again:",
  "- `whisperengine config set OPENAI_API_KEY -` asks for the key and keeps it in the settings file " +
  "(`OPENROUTER_API_KEY` for OpenRouter)",
  "- set `OPENAI_API_KEY` or `OPENROUTER_API_KEY` in the environment",
  '- write `"OPENAI_API_KEY": "sk-…"` into `settings.json`; `whisperengine config path` says where that is',
].join("\n");

const onBoard = [
  "**With a model on this machine.** Nothing you say leaves it, and it costs nothing. Start one of these, and it is " +
  "found within seconds, without a restart:",
  "- Ollama: install it from ollama.com, then `ollama pull llama3.2`",
  "- LM Studio: load a model, then switch its server on, or `lms server start`",
  "- llama.cpp: `llama-server -m model.gguf --port 8081`",
].join("\n");

const anyServer = [
  "**With any OpenAI-compatible server**, here or elsewhere; then start WhisperEngine again:",
  "- `whisperengine config set CUSTOM_BASE_URL https://models.example.com/v1`",
  "- and, where it asks for a key, `whisperengine config set CUSTOM_API_KEY -`",
].join("\n");

const fromSources = "Where there is no command `whisperengine`, because the program runs from its sources, write " +
  "`npx -y deno@2.9.6 task start` in its folder instead: `npx -y deno@2.9.6 task start config path`.";

const keyWarning = "**That looks like a key.** I do nothing with it, but it is now stored in this conversation: " +
  "delete the message, and if others can read this conversation, replace the key where you got it. " +
  "A key belongs in the settings, never in a message.";

interface Topic {
  readonly words: RegExp;
  say(surroundings: Surroundings): string[];
}

const topics: readonly Topic[] = [
  {
    words: /\bollama\b/i,
    say: ({ servers }) => [
      found(servers, "ollama") ?? "Ollama does not answer on this machine.",
      "Install it from ollama.com, start it (`ollama serve`, where it does not start by itself), and fetch a model: " +
      "`ollama pull llama3.2`. It is found at 127.0.0.1:11434 within seconds; say something again then.",
      "If it runs on another machine, `whisperengine config set OLLAMA_HOST http://that-machine:11434`, and start " +
      "WhisperEngine again.",
    ],
  },
  {
    words: /\blm ?studio\b/i,
    say: ({ servers }) => [
      found(servers, "lmstudio") ?? "LM Studio does not answer on this machine.",
      "Load a model in LM Studio, then switch the server on in its developer tab, or run `lms server start`. It is " +
      "found at 127.0.0.1:1234 within seconds; say something again then.",
    ],
  },
  {
    words: /\bllama[.\s-]?(cpp|server)\b|\bgguf\b/i,
    say: ({ servers }) => [
      found(servers, "llamacpp") ?? "llama.cpp's server does not answer on this machine.",
      "Start it with `llama-server -m model.gguf --port 8081`. It is found within seconds; say something again then. " +
      "For another port, `whisperengine config set LLAMACPP_BASE_URL http://127.0.0.1:8080/v1`, and start " +
      "WhisperEngine again.",
    ],
  },
  {
    words: /\b(base.?url|endpoint|compatible|vllm|azure|gro[qk]|mistral|deepseek|gemini|anthropic|claude)\b/i,
    say: () => [
      anyServer,
      "Several at once, each with a name of its own, stand under `providers` in `settings.json`: " +
      '`[{"name": "work", "base_url": "https://models.example.com/v1", "api_key": "…"}]`.',
    ],
  },
  {
    words: /\b(api.?key|keys?|token|openai|chatgpt|gpt|openrouter)\b/i,
    say: () => [keys, "Keep the key out of this conversation: what is written here is stored."],
  },
  {
    words: /\b(privacy|private|secret|leave|leaves|cloud|offline|tracking|telemetry)\b/i,
    say: () => [
      "Until a model is connected, nothing you write here goes anywhere: I run inside this program and have looked " +
      "only for model servers on this very machine.",
      "With a model on this machine it stays so. A conversation that began on one goes to an outside provider only " +
      "after you have said yes.",
    ],
  },
  {
    words: /\b(cost|costs|price|free|pay|paid|money|expensive|cheap)\b/i,
    say: () => [
      "I cost nothing, and neither does a model on this machine. A provider such as OpenAI or OpenRouter charges for " +
      "what you use; every answer then shows what it has cost.",
      onBoard,
    ],
  },
  {
    words: /\b(who|what) are you\b|\bare you (an? )?(ai|bot|human|real|model|person|robot)\b|\byour name\b/i,
    say: (surroundings) => [
      "I am the guide: a small part of WhisperEngine with prepared answers. I am not an AI and I understand only a " +
      "few words. I am here because no model is connected yet.",
      ...ways(surroundings),
    ],
  },
  {
    words: /\b(what can (you|i|it|this) do|help|features?|how does (it|this) work|what is this|whisperengine)\b/i,
    say: (surroundings) => [
      "Once a model is connected, WhisperEngine is your place to talk to it: in this page, on the command line " +
      "(`whisperengine chat`) and by its API, with every conversation kept, searchable and yours. I myself can only " +
      "tell you how to connect one.",
      ...ways(surroundings),
    ],
  },
  {
    words: /\b(connect|set ?up|install|configure|get started|start|how (do|can) i|local|model)\b/i,
    say: (surroundings) => ways(surroundings),
  },
  {
    words: /\b(thanks|thank you|thx)\b/i,
    say: () => ["You are welcome. Say something again when a model is connected: it then answers in my place."],
  },
];

function overview(surroundings: Surroundings): string[] {
  return [
    "Hello! **No model is connected yet**, so I cannot answer that. I am the guide, a part of this program with a few " +
    "prepared answers; what you write is stored all the same, and a model can take it up later.",
    ...ways(surroundings),
    "Ask me about any of the three.",
  ];
}

function again(surroundings: Surroundings): string[] {
  return [
    "I cannot answer that: no model is connected yet, and I am only the guide. " + lookAround(surroundings.servers),
    "You can ask me about **a key**, about **Ollama**, **LM Studio** or **llama.cpp**, or about **any " +
    "OpenAI-compatible server**.",
  ];
}

function ways({ servers }: Surroundings): string[] {
  return [lookAround(servers), "There are three ways to connect a model:", keys, onBoard, anyServer, fromSources];
}

function lookAround(servers: readonly FoundServer[]): string {
  if (servers.length === 0) return "I have looked for model servers on this machine and found none.";
  return servers.map(({ kind }) => found(servers, kind)).join(" ");
}

function found(servers: readonly FoundServer[], kind: FoundServer["kind"]): string | undefined {
  const server = servers.find((server) => server.kind === kind);
  if (server === undefined) return undefined;
  const { models, baseUrl } = server;
  const where = `${names[kind]} answers on this machine (${new URL(baseUrl).host})`;
  if (models.length === 0) {
    const cure = kind === "ollama" ? "fetch one with `ollama pull llama3.2`" : "load one there";
    return `${where}, but it has no model yet: ${cure}.`;
  }
  const shown = models.slice(0, 3).map((model) => `\`${model.replaceAll("`", "").slice(0, 60)}\``).join(", ");
  const more = models.length > 3 ? ` and ${models.length - 3} more` : "";
  return `${where} with ${shown}${more}: choose one in the list of models, or say something again.`;
}

function looksLikeKey(text: string): boolean {
  return /\b(sk|pk|key|gsk|hf|xai)[-_][\w-]{16,}/.test(text);
}
