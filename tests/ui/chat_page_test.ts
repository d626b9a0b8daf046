/** The chat page in a real browser, on the real server. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { testWhere } from "../run/test_where.ts";
import { accessibilityProblems, hasChromium, lastAnswer, openBrowser, say, visit } from "./browser.ts";
import { ensurePagesAreBuilt } from "./built_pages.ts";
import { type ChatServer, openChatServer } from "./open_chat_server.ts";

const models = ["echo-tps60", "echo", "sim-fail401", "sim-tps30-n60-think20"];

let browser: Browser;
let server: ChatServer;
const opened: { close(): Promise<void> }[] = [];

if (hasChromium()) {
  Deno.test.beforeAll(async () => {
    await ensurePagesAreBuilt();
    opened.push(browser = await openBrowser());
    opened.push(server = await openChatServer({ models }));
  });
  Deno.test.afterAll(async () => {
    for (const it of opened) await it.close();
  });
}

function inBrowser(name: string, work: () => Promise<void>): void {
  testWhere(hasChromium(), "Chromium is not installed", name, work);
}

/** Words that all differ, so that a gap, a repeat or a change of order shows. */
function numbered(words: number): string {
  return Array.from({ length: words }, (_, index) => `w${index + 1}`).join(" ");
}

/** Every text the last answer shows from now until it has ended, in order. */
async function watchAnswer(page: Page): Promise<() => Promise<string[]>> {
  await page.locator("article.answer.running").last().waitFor();
  await page.evaluate(() => {
    const seen: string[] = [];
    Reflect.set(globalThis, "seen", seen);
    const look = () => {
      const answers = document.querySelectorAll("article.answer .ans");
      const text = answers[answers.length - 1]?.textContent?.trim() ?? "";
      if (text !== seen.at(-1)) seen.push(text);
    };
    look();
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate<string[]>(() => Reflect.get(globalThis, "seen"));
}

/** Waits until the last answer has come to this word. */
async function shown(page: Page, word: string): Promise<void> {
  await page.locator("article.answer").last().getByText(`${word} `).waitFor();
}

/** Each text that was seen is the beginning of the whole: nothing was missing, doubled or out of place. */
function assertGrowing(seen: readonly string[], whole: string): void {
  for (const text of seen) assert.ok(whole.startsWith(text), `shown "${text.slice(-80)}", which is not how it begins`);
}

async function openModel(page: Page, name: string): Promise<void> {
  await page.goto("/");
  await page.getByRole("button", { name: /^Model:/ }).click();
  await page.getByRole("option", { name }).first().click();
}

inBrowser("a message is sent, its answer streams in, and both are there after a refresh", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    const text = numbered(80);
    await say(page, text);
    const seen = await watchAnswer(page);
    assert.equal(await lastAnswer(page), text);
    const steps = await seen();
    assert.ok(steps.length > 5, `it came in ${steps.length} steps, not as a stream`);
    assertGrowing(steps, text);
    assert.match(page.url(), /\/c\/[0-9a-f-]{36}$/);
    assert.equal(await page.locator("#message").evaluate((field) => field === document.activeElement), true);

    await page.reload();
    assert.equal(await page.locator("article.person .say").innerText(), text);
    assert.equal(await lastAnswer(page), text);
    assert.equal(await page.locator("article").count(), 2);
    assert.equal(await page.locator(".side [aria-current=page]").count(), 1);
  });
});

inBrowser("a refresh in the middle of an answer goes on where it was, without a gap or a repeat", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    const text = numbered(160);
    await say(page, text);
    await shown(page, "w20");
    await page.waitForURL(/\/c\//);
    for (const mark of ["w50", "w90"]) {
      await page.reload();
      const seen = await watchAnswer(page);
      await shown(page, mark);
      const steps = await seen();
      assert.match(steps[0] ?? "", /^w1 w2 /, "what was said before the refresh is there at once");
      assertGrowing(steps, text);
    }
    assert.equal(await lastAnswer(page), text);
  });
});

inBrowser("streams that break again and again are joined without a gap or a repeat", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    server.cutStreamsAfter(900);
    try {
      const text = numbered(120);
      await say(page, text);
      const seen = await watchAnswer(page);
      assert.equal(await lastAnswer(page), text);
      assertGrowing(await seen(), text);
    } finally {
      server.cutStreamsAfter(null);
    }
  }, { expected: /ERR_INCOMPLETE_CHUNKED_ENCODING|net::ERR/ });
});

inBrowser("a second tab sees the answer as it is written", async () => {
  await visit(browser, server.url, async ({ page, context }) => {
    await page.goto("/");
    const text = numbered(120);
    await say(page, text);
    await page.waitForURL(/\/c\//);
    const other = await context.newPage();
    await other.goto(page.url());
    const seen = await watchAnswer(other);
    assert.equal(await lastAnswer(other), text);
    assertGrowing(await seen(), text);

    // and one that is open already learns of the next question
    await say(page, numbered(60));
    await other.locator("article.answer").nth(1).waitFor();
    assert.equal(await lastAnswer(other), numbered(60));
  });
});

inBrowser("stop ends the answer at the model too, and keeps what was said", async () => {
  await visit(browser, server.url, async ({ page }) => {
    const abortedBefore = server.model.counts.aborted;
    await page.goto("/");
    await say(page, numbered(400));
    await shown(page, "w10");
    await page.getByRole("button", { name: "Stop writing" }).click();
    const kept = await lastAnswer(page);
    assert.match(kept, /^w1 w2 .*w10/);
    assert.ok(!kept.includes("w400"));
    await page.getByText("stopped by you").waitFor();
    assert.equal(server.model.counts.aborted, abortedBefore + 1);
    await page.reload();
    assert.equal(await lastAnswer(page), kept);
  });
});

inBrowser("an answer that a stopping server has interrupted is continued from its last character", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    const text = numbered(150);
    await say(page, text);
    await shown(page, "w30");
    await server.stop();
    await page.getByText("No connection.").waitFor();
    await server.start();
    await page.getByText("No connection.").waitFor({ state: "detached" });
    await page.getByText("stopped half way").waitFor();
    const kept = (await page.locator("article.answer .ans > p").first().innerText()).trim();
    assert.match(kept, /^w1 w2 .*w30/);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.locator("article.answer.running").waitFor();
    const seen = await watchAnswer(page);
    const whole = await lastAnswer(page);
    assert.ok(whole.startsWith(kept));
    assertGrowing(await seen(), whole);
    assert.equal(whole, text);
  }, { expected: /net::ERR|502|Failed to load resource/ });
});

inBrowser("a failure is told in a sentence, and trying again answers", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await openModel(page, "sim-fail401");
    await say(page, "tell me");
    await page.getByText("could not answer").waitFor();
    const words = await page.locator("article.answer .note strong").innerText();
    assert.match(words, /\w+ .*\w+/);
    assert.doesNotMatch(words, /undefined|null|Error/);
    assert.deepEqual(await accessibilityProblems(page), []);

    await page.getByRole("button", { name: /^Model:/ }).click();
    await page.getByRole("option", { name: "echo", exact: false }).nth(1).click();
    await page.getByRole("button", { name: /Model: echo$/ }).waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("group", { name: "Versions" }).getByText("2/2").waitFor();
    assert.equal(await lastAnswer(page), "tell me");
  });
});

inBrowser("an edited message makes a branch, and the versions can be switched", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await say(page, "first version");
    assert.equal(await lastAnswer(page), "first version");
    await page.locator("article.person").hover();
    await page.getByRole("button", { name: "Edit message" }).click();
    await page.getByRole("textbox", { name: "Your message" }).fill("second version");
    await page.getByRole("button", { name: "Send again" }).click();
    await page.locator("article.person .say", { hasText: "second version" }).waitFor();
    await page.locator("article.answer .ans", { hasText: "second version" }).waitFor();
    assert.equal(await lastAnswer(page), "second version");
    assert.equal(await page.locator("article").count(), 2);
    const versions = page.locator("article.person").getByRole("group", { name: "Versions" });
    await versions.getByText("2/2").waitFor();
    await versions.getByRole("button", { name: "Earlier version" }).click();
    await page.locator("article.answer .ans", { hasText: "first version" }).waitFor();
    assert.equal(await page.locator("article.person .say").innerText(), "first version");
    await page.reload();
    assert.equal(await lastAnswer(page), "first version");
  });
});

inBrowser("what is written while the server is away goes out once it is back, and only once", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await say(page, "before");
    assert.equal(await lastAnswer(page), "before");
    await server.stop();
    await say(page, "while away");
    await page.getByText("Waits for the connection").waitFor();
    await page.getByText("No connection.").waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await server.start();
    await page.locator("article.answer").nth(1).waitFor();
    assert.equal(await lastAnswer(page), "while away");
    await page.reload();
    assert.deepEqual(await page.locator("article.person .say").allInnerTexts(), ["before", "while away"]);
    assert.equal(await page.locator("article.answer").count(), 2);
  }, { expected: /net::ERR|Failed to load resource/ });
});

inBrowser("what was written and not sent is still there after a refresh", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await page.locator("#message").fill("half a thought");
    await page.reload();
    await page.waitForFunction(() =>
      document.querySelector<HTMLTextAreaElement>("#message")?.value === "half a thought"
    );
    await page.locator("#message").fill("");
  });
});

inBrowser("everything can be done with the keyboard", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await page.locator("#message:focus").waitFor();
    await page.keyboard.type("one line");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("and another");
    await page.keyboard.press("Enter");
    assert.equal(await lastAnswer(page), "one line and another");
    await page.keyboard.press("Escape");
    await page.keyboard.press("w");
    await page.locator(".why dl").waitFor();
    await page.keyboard.press("r");
    await page.locator("article.answer").getByText("2/2").waitFor();
    assert.equal(await lastAnswer(page), "one line and another");
    await page.keyboard.press("m");
    await page.locator("#models [role=option]:focus").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Model: echo", exact: true }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type(numbered(5));
    await page.keyboard.press("Enter");
    await page.locator("article.answer").nth(1).waitFor();
    assert.equal(await lastAnswer(page), numbered(5));
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.waitForURL(`${server.url}/`);
    await page.keyboard.press("Tab");
  });
});

inBrowser("a conversation is renamed, pinned, deleted, and brought back", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await say(page, "to be kept");
    await lastAnswer(page);
    await page.getByRole("button", { name: "Rename", exact: true }).click();
    await page.getByRole("textbox", { name: "Title" }).fill("My own title");
    await page.keyboard.press("Enter");
    await page.locator(".side [aria-current=page]", { hasText: "My own title" }).waitFor();
    await page.getByRole("button", { name: "Pin", exact: true }).click();
    await page.locator(".side h2", { hasText: "Pinned" }).waitFor();
    const address = page.url();
    await page.getByRole("button", { name: "Delete conversation" }).click();
    await page.waitForURL(`${server.url}/`);
    assert.equal(await page.locator(".side li", { hasText: "My own title" }).count(), 0);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.locator(".side li", { hasText: "My own title" }).waitFor();
    await page.goto(address);
    assert.equal(await lastAnswer(page), "to be kept");
    await page.getByRole("button", { name: "Pin", exact: true }).click();
    await page.locator(".side h2", { hasText: "Pinned" }).waitFor({ state: "detached" });
  });
});

inBrowser("thinking is shown while it lasts and folded when the answer begins", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await openModel(page, "sim-tps30-n60-think20");
    await say(page, "so what");
    await page.locator("details.think[open]").waitFor();
    const thought = await page.locator("details.think").innerText();
    assert.match(thought, /^Thinking/);
    assert.notEqual(await lastAnswer(page), "");
    assert.equal(await page.locator("details.think[open]").count(), 0);
    await page.reload();
    assert.equal(await page.locator("details.think").innerText(), "Thought before answering");
  });
});

inBrowser("Markdown is drawn, and nothing of it becomes markup or reaches another host", async () => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    const lines = [
      "# Head **bold**",
      "",
      "<img src=https://outside.example/x onerror=alert(1)> <script>alert(1)</script>",
      "",
      "![picture](https://outside.example/y.png) [click](javascript:alert(1)) [site](https://example.com/a)",
      "",
      "```js",
      "const a = 1;",
      "```",
      "",
      "| a | b |",
      "|---|--:|",
      "| 1 | 2 |",
    ];
    await page.locator("#message").fill(lines.join("\n"));
    await page.keyboard.press("Enter");
    await lastAnswer(page);
    const answer = page.locator("article.answer .ans");
    assert.equal(await answer.locator("h3 strong").innerText(), "bold");
    assert.equal(await answer.locator("img, script").count(), 0);
    assert.equal(await answer.locator("a[href^=javascript]").count(), 0);
    assert.equal(await answer.locator("a").count(), 2);
    assert.equal(await answer.locator("pre").innerText(), "const a = 1;");
    assert.equal(await answer.locator("td.n").innerText(), "2");
    assert.deepEqual(await accessibilityProblems(page), []);
  });
});

inBrowser("older messages are read when they are scrolled to, and what is being read stays in place", async () => {
  const conversation = await longConversation(server, 70);
  await visit(browser, server.url, async ({ page }) => {
    await page.goto(`/c/${conversation}`);
    assert.equal(await page.locator("article").count(), 50);
    const first = page.locator("article").first();
    const thread = page.locator(".thread");
    await page.waitForFunction(() => {
      const box = document.querySelector(".thread");
      return box !== null && box.scrollTop > 0 && box.scrollHeight - box.scrollTop - box.clientHeight < 2;
    });
    const label = await first.locator(".say, .ans").innerText();
    await thread.evaluate((box) => box.scrollTop = 300);
    await page.waitForFunction(() => document.querySelectorAll("article").length === 100);
    const again = page.locator("article", { hasText: label }).first();
    const top = await again.evaluate((element) => element.getBoundingClientRect().top);
    assert.ok(top > -1200 && top < 844, `what was being read has moved to ${top}`);
    await thread.evaluate((box) => box.scrollTop = 0);
    await page.waitForFunction(() => document.querySelectorAll("article").length === 140);
    assert.equal(await page.locator("article.person .say").first().innerText(), "question 0");
  });
});

inBrowser("a conversation held on this machine leaves it only with a yes", async () => {
  const both = await openChatServer({ models: ["echo"], hasFar: true });
  try {
    await visit(browser, both.url, async ({ page }) => {
      await page.goto("/");
      await say(page, "between us");
      await lastAnswer(page);
      await page.getByText("stays on this machine").waitFor();
      const choose = async () => {
        await page.getByRole("button", { name: /^Model:/ }).click();
        await page.getByRole("option", { name: /By far, outside this machine/ }).click();
        await page.getByText("This conversation has stayed on this machine.").waitFor();
      };
      await choose();
      assert.deepEqual(await accessibilityProblems(page), []);
      await page.getByRole("button", { name: "Keep it here" }).click();
      await page.getByText("This conversation has stayed on this machine.").waitFor({ state: "detached" });
      await choose();
      await page.getByRole("button", { name: "Send it there" }).click();
      await page.getByText("This conversation has stayed on this machine.").waitFor({ state: "detached" });
      await say(page, "and beyond");
      await page.locator("article.answer").nth(1).waitFor();
      assert.equal(await lastAnswer(page), "and beyond");
      await page.getByText("stays on this machine").waitFor({ state: "detached" });
    }, { expected: /409/ });
  } finally {
    await both.close();
  }
});

inBrowser("where the server wants its key, the page asks for it and comes back to where it was", async () => {
  const key = "a-key-of-some-length";
  const guarded = await openChatServer({ models: ["echo"], auth: { mode: "key", key } });
  try {
    await visit(browser, guarded.url, async ({ page, context }) => {
      await page.goto("/");
      assert.deepEqual(await accessibilityProblems(page), []);
      await page.getByLabel("Key").fill("not the key");
      await page.keyboard.press("Enter");
      await page.getByText("That key doesn’t fit.").waitFor();
      await page.getByLabel("Key").fill(key);
      await page.keyboard.press("Enter");
      await page.locator("#message").waitFor();
      await say(page, "inside");
      assert.equal(await lastAnswer(page), "inside");
      const address = page.url();

      // the session runs out in the middle of things: what was being sent is kept
      await page.waitForLoadState("networkidle"); // the title is fetched a moment after the answer
      await page.locator("#message").fill("still there");
      await context.clearCookies();
      await page.keyboard.press("Enter");
      await page.getByLabel("Key").fill(key);
      await page.keyboard.press("Enter");
      await page.locator("article.answer").nth(1).waitFor();
      assert.equal(await lastAnswer(page), "still there");
      assert.equal(page.url(), address);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Key").waitFor();
    }, { expected: /401/ });
  } finally {
    await guarded.close();
  }
});

for (const theme of ["light", "dark"] as const) {
  for (const width of [390, 1440]) {
    inBrowser(`nothing stands in anybody's way on a ${theme} page ${width} pixels wide`, async () => {
      await visit(browser, server.url, async ({ page }) => {
        await page.goto("/");
        assert.deepEqual(await accessibilityProblems(page), []);
        await say(page, "A word with *emphasis*, please.");
        await lastAnswer(page);
        await page.locator("details.why summary").click();
        await page.locator(".why dl").waitFor();
        assert.deepEqual(await accessibilityProblems(page), []);
        await page.getByRole("button", { name: /^Model:/ }).click();
        assert.deepEqual(await accessibilityProblems(page), []);
        await page.keyboard.press("Escape");
        if (width < 960) await page.getByRole("button", { name: "Conversations" }).click();
        assert.deepEqual(await accessibilityProblems(page), []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide`);
      }, { width, theme });
    });
  }
}

/** A conversation of so many questions and answers, put there through the API. */
async function longConversation({ url }: ChatServer, questions: number): Promise<string> {
  let conversation: string | undefined;
  for (let index = 0; index < questions; index += 1) {
    const response = await fetch(`${url}/api/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        message: `question ${index}`,
        ...(conversation ? { conversation_id: conversation } : { model: "sim/echo" }),
      }),
    });
    const { conversation_id }: { conversation_id: string } = await response.json();
    conversation = conversation_id;
  }
  assert.ok(conversation);
  return conversation;
}
