/** A browser on our pages that notices whatever a page must not do. */
import assert from "node:assert/strict";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

export const chromiumPath = "/usr/bin/chromium";

/** Whether this machine can run these tests. */
export function hasChromium(): boolean {
  try {
    return Deno.statSync(chromiumPath).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: chromiumPath,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
}

export interface VisitOptions {
  readonly width?: number;
  readonly theme?: "light" | "dark";
  /** What the test itself brings about, such as a server that is away. */
  readonly expected?: RegExp;
}

/**
 * Runs `work` with a page of its own. Afterwards nothing may stand in the console, no policy may have been broken, and
 * nobody but `url` may have been asked.
 */
export async function visit(
  browser: Browser,
  url: string,
  work: (visit: Visit) => Promise<void>,
  { width = 1280, theme = "light", expected = /^$/ }: VisitOptions = {},
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width, height: 844 },
    colorScheme: theme,
    baseURL: url,
    hasTouch: width < 600,
  });
  const wrong: string[] = [];
  context.on("page", (page) => {
    page.setDefaultTimeout(15_000);
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => wrong.push(`thrown: ${error.stack}`));
    page.on("request", (request) => {
      if (!request.url().replace(/^blob:/, "").startsWith(`${url}/`)) {
        wrong.push(`asked another host: ${request.url()}`);
      }
    });
  });
  try {
    await work({ page: await context.newPage(), context });
  } finally {
    await context.close();
  }
  assert.deepEqual(wrong.filter((line) => !expected.test(line)), []);
}

/** What axe finds wrong, as one line each; none is what we want. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } = Reflect.get(
      globalThis,
      "axe",
    );
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  });
  return found;
}

/** Writes into the composer and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  await page.locator("#message").fill(text);
  await page.keyboard.press("Enter");
}

/** Waits until the last answer has come to rest; its text. */
export async function lastAnswer(page: Page): Promise<string> {
  await page.waitForFunction(() => {
    const answers = document.querySelectorAll("article.answer");
    return answers.length > 0 && !answers[answers.length - 1]?.classList.contains("running");
  });
  return await page.locator("article.answer").last().locator(".ans").innerText();
}
