/**
 * `deno task pictures`: the pictures in the documentation, taken with Chromium from the real program. Only the model is
 * played: it says what is written here, so that the pictures are the same each time.
 */
import { chromium, type Page } from "playwright-core";
import { openProgram } from "../../server/start.ts";
import { loadConfiguration } from "../../server/config/configuration.ts";
import { models } from "../../adapters/models/table.ts";
import { stores } from "../../adapters/stores/table.ts";
import { openLog } from "../../server/log.ts";
import { chromiumPath } from "../ui/browser.ts";
import { root } from "./pages.ts";

interface Said {
  readonly question: string;
  readonly answer: string;
  readonly title: string;
}

/** The last one is in the picture. */
const conversations: readonly Said[] = [
  { question: "Three dinners for a week with leeks and chickpeas?", answer: "Gladly.", title: "Leeks and chickpeas" },
  { question: "Explain the CAP theorem to a lawyer", answer: "Gladly.", title: "CAP theorem for a lawyer" },
  { question: "Wie gieße ich einen Ficus?", answer: "Gern.", title: "Einen Ficus gießen" },
  { question: "Draft a note to the landlord about the heating", answer: "Gladly.", title: "Note about the heating" },
  {
    question: "Which files in a folder take the most space? A one-liner, and explain it.",
    title: "Largest files in a folder",
    answer: [
      "This lists the ten largest files below the current folder:",
      "",
      "```sh",
      "find . -type f -printf '%s %p\\n' | sort -rn | head -10 | numfmt --to=iec",
      "```",
      "",
      "1. `find … -printf '%s %p\\n'` writes each file's size in bytes and its path.",
      "2. `sort -rn` puts the largest first.",
      "3. `head -10` keeps ten lines.",
      "4. `numfmt --to=iec` turns bytes into K, M and G.",
      "",
      "To see folders instead of files, use `du -h --max-depth=1 | sort -rh`. Both only read: nothing is changed.",
    ].join("\n"),
  },
];

const folder = await Deno.makeTempDir();
const model = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
Deno.env.set("WHISPER_DATA", `${folder}/data`);
Deno.env.set("WHISPER_MODEL", "ollama/qwen3:8b");
Deno.env.set("OLLAMA_HOST", `http://127.0.0.1:${model.addr.port}`);
const tables = { stores, models };
const configuration = await loadConfiguration(tables, {});
const log = openLog({ level: "error", isForPeople: true, secrets: [] });
const program = { version: "0.1.0", tables, uiDist: new URL("ui/dist/", root) };
const running = await openProgram(program, configuration, log);
const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  (request, info) => running.fetch(request, info),
);
const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const url = `http://127.0.0.1:${server.addr.port}`;
  const desktop = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  let last = "";
  for (const { question, title } of conversations) last = await converse(desktop, url, question, title);
  await picture(desktop, last, "chat.png");
  const phone = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true });
  await picture(phone, last, "chat_phone.png");
} finally {
  await browser.close();
  await server.shutdown();
  await running.close(1000);
  await model.shutdown();
  await Deno.remove(folder, { recursive: true });
}

/** In a new conversation, through the page; resolves with its address when the answer and the title are there. */
async function converse(page: Page, url: string, question: string, title: string): Promise<string> {
  await page.goto(url);
  await page.locator("#message").fill(question);
  await page.keyboard.press("Enter");
  await page.locator("article.answer:not(.running)").waitFor();
  await page.waitForURL(/\/c\//);
  await page.waitForFunction(
    async (title) => (await (await fetch("/api/conversations")).text()).includes(title),
    title,
  );
  return page.url();
}

async function picture(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await page.locator("article.answer pre").waitFor();
  await page.waitForLoadState("networkidle");
  const file = new URL(`docs/pictures/${name}`, root);
  await Deno.writeFile(file, await page.screenshot());
}

/** Enough of Ollama for the program to talk to it. */
async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/api/tags") return Response.json({ models: [{ name: "qwen3:8b", model: "qwen3:8b" }] });
  if (pathname === "/api/show") return Response.json({ model_info: { "qwen3.context_length": 40_960 } });
  if (pathname !== "/api/chat") return new Response(null, { status: 404 });
  const said = await request.text();
  const found = conversations.findLast(({ question }) => said.includes(JSON.stringify(question).slice(1, -1)));
  const text = said.includes("Write a title") ? found?.title : found?.answer;
  return new Response(ReadableStream.from(lines(text ?? "")).pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "application/x-ndjson" },
  });
}

async function* lines(text: string): AsyncGenerator<string> {
  const words = text.split(/(?<=\s)/);
  for (const content of words) {
    yield line({ message: { role: "assistant", content }, done: false });
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  const counts = { prompt_eval_count: 61, eval_count: Math.round(words.length * 1.4) };
  yield line({ message: { role: "assistant", content: "" }, done: true, done_reason: "stop", ...counts });
}

function line(part: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ model: "qwen3:8b", created_at: new Date().toISOString(), ...part })}\n`;
}
