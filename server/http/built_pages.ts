/** What `build/ui.ts` has written, as pages that can be filled. */
import type { Assets, ChatPageData } from "../../ui/page_data.ts";
import { ChatError } from "../domain/error.ts";
import { openStaticFiles, type StaticFiles } from "./static_files.ts";

export interface Pages {
  readonly files: StaticFiles;
  chat(data: ChatPageData): Promise<string>;
  signIn(): Promise<string>;
  error(status: number, title: string, detail: string): Promise<string>;
  /** A file beside the built pages; undefined when there is none. */
  readBuilt(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** Nothing is read or loaded before somebody asks for a page. `folder` is what `build/ui.ts` has written. */
export function openPages(folder: URL): Pages {
  const files = openStaticFiles(new URL(folder.href.replace(/\/?$/, "/")));
  let loading: ReturnType<typeof load> | undefined;

  async function load() {
    const manifest = await files.read("manifest.json");
    if (!manifest) throw new ChatError("unavailable", "Cannot show pages: they were not built, run the task build:ui");
    const assets: Assets = JSON.parse(new TextDecoder().decode(manifest));
    return { assets, ...await import("../../ui/render.ts") };
  }
  async function open() {
    try {
      return await (loading ??= load());
    } catch (error) {
      loading = undefined;
      throw error;
    }
  }

  return {
    files,
    readBuilt: files.read,
    async chat(data) {
      const { assets, renderChatPage } = await open();
      return renderChatPage(data, assets);
    },
    async signIn() {
      const { assets, renderSignInPage } = await open();
      return renderSignInPage(assets);
    },
    async error(status, title, detail) {
      const { assets, renderErrorPage } = await open();
      return renderErrorPage(status, title, detail, assets);
    },
  };
}
