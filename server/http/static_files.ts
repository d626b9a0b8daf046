/** The built pages' files: compressed ahead of time, kept in memory once read, and by browsers for good. */
import type { Context } from "hono";
import type { HttpEnv } from "./options.ts";

export interface StaticFiles {
  /** Undefined when there is no such file. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Undefined when there is no such file, or none that is for browsers. */
  answer(c: Context<HttpEnv>, name: string): Promise<Response | undefined>;
}

/** One flat folder: no name leads out of it. */
const plainName = /^\w[\w-]*(\.[\w-]+)+$/;
/** The hash is of the content, so another content has another name. */
const hashedName = /-[A-Z0-9]{8,}\.\w+$/;
const mediaTypes: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};
const encodings = [["br", ".br"], ["gzip", ".gz"]] as const;

interface File {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

export function openStaticFiles(folder: URL): StaticFiles {
  const files = new Map<string, File>();

  async function find(name: string): Promise<File | undefined> {
    if (!plainName.test(name)) return;
    const known = files.get(name);
    if (known) return known;
    try {
      const bytes = await Deno.readFile(new URL(name, folder));
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      const file = { bytes, etag: `"${digest.slice(0, 12).toHex()}"` };
      // Only what is there is kept, so the folder is the bound; what can change under its name is read again.
      if (hashedName.test(name.replace(/\.(br|gz)$/, ""))) files.set(name, file);
      return file;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) return;
      throw error;
    }
  }

  return {
    read: async (name) => (await find(name))?.bytes,
    async answer(c, name) {
      const mediaType = mediaTypes[name.slice(name.lastIndexOf(".") + 1)];
      if (mediaType === undefined) return;
      const accepted = c.req.header("accept-encoding") ?? "";
      const encoding = encodings.find(([encoding]) =>
        new RegExp(`\\b${encoding}\\b(?!;q=0(?:\\.0*)?(?:,|$))`).test(accepted)
      );
      const packed = encoding && await find(name + encoding[1]);
      const file = packed ?? await find(name);
      if (!file) return;
      const headers = new Headers({
        "content-type": mediaType,
        "cache-control": hashedName.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
        "etag": file.etag,
        "vary": "accept-encoding",
      });
      if (c.req.header("if-none-match")?.includes(file.etag)) return new Response(null, { status: 304, headers });
      if (packed && encoding) headers.set("content-encoding", encoding[0]);
      return new Response(file.bytes, { headers });
    },
  };
}
