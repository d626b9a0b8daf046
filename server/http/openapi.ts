/** `/api/openapi.json`: the API described by the schemas that check it; `/api/docs`: a page to read it and try it. */
import { Hono } from "hono";
import { generateSpecs } from "hono-openapi";
import { ChatError } from "../domain/error.ts";
import { docsSecurityPolicy } from "./headers.ts";
import type { HttpEnv, Server } from "./options.ts";

const page = (needsKey: boolean) =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API · WhisperEngine</title>
<link rel="icon" href="data:,">
<script type="module" src="/api/docs/rapidoc.js"></script>
</head>
<body>
<rapi-doc spec-url="/api/openapi.json" load-fonts="false" show-header="false" allow-server-selection="false"
  allow-authentication="${needsKey}" render-style="read" theme="light" font-size="largest" sort-endpoints-by="none"
  primary-color="#8a6414" nav-bg-color="#2a2724" regular-font="system-ui, sans-serif" mono-font="ui-monospace, monospace"></rapi-doc>
</body>
</html>
`;

/** `app` is the whole server, whose routes are described. */
export function openApiRoutes(server: Pick<Server, "auth" | "version" | "pages">, app: Hono<HttpEnv>): Hono<HttpEnv> {
  let description: Promise<string> | undefined;
  let script: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return new Hono<HttpEnv>()
    .get("/api/openapi.json", async (c) => {
      description ??= describeApi(server, app);
      return c.body(await description, 200, { "content-type": "application/json" });
    })
    .get(
      "/api/docs",
      (c) => c.html(page(server.auth.mode === "key"), 200, { "content-security-policy": docsSecurityPolicy }),
    )
    .get("/api/docs/rapidoc.js", async (c) => {
      script ??= readScript(server);
      script.catch(() => script = undefined);
      return c.body(await script, 200, {
        "content-type": "text/javascript; charset=utf-8",
        "cache-control": "private, max-age=86400",
      });
    });
}

async function describeApi({ auth, version }: Pick<Server, "auth" | "version">, app: Hono<HttpEnv>): Promise<string> {
  const withKey = {
    components: { securitySchemes: { key: { type: "http" as const, scheme: "bearer" } } },
    security: [{ key: [] }],
  };
  const document = await generateSpecs(app, {
    documentation: {
      info: {
        title: "WhisperEngine",
        version,
        description: "Talk to a model, follow its answers, find what was said. Errors are problem details (RFC 9457).",
      },
      ...auth.mode === "key" ? withKey : {},
    },
    defaultValidationErrorResponse: false,
  });
  return JSON.stringify(document);
}

/** Beside the built pages, or in the package where the program runs from its sources. */
async function readScript({ pages }: Pick<Server, "pages">): Promise<Uint8Array<ArrayBuffer>> {
  const built = await pages?.readBuilt("rapidoc-min.js");
  if (built) return built;
  try {
    return await Deno.readFile(new URL(import.meta.resolve("rapidoc")));
  } catch (cause) {
    throw new ChatError("unavailable", "Cannot show the API page: its script was not built into this program", {
      cause,
    });
  }
}
