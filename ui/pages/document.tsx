/** The HTML document around every page: no inline script or style, nothing from another host. */
import type { ComponentChildren, JSX } from "preact";
import type { Assets, Entry } from "../page_data.ts";

export interface DocumentProps {
  readonly title: string;
  readonly assets: Assets;
  readonly entry: Entry | null;
  /** Fetched already while the page is read: it is certain to be needed. */
  readonly needsLater: boolean;
  readonly bodyClass: string;
  readonly bodyId: string;
  /** Handed to the entry as JSON. */
  readonly data?: unknown;
  readonly children: ComponentChildren;
}

export function Document(
  { title, assets, entry, needsLater, bodyClass, bodyId, data, children }: DocumentProps,
): JSX.Element {
  const url = (name: string) => assets.base + name;
  const preloads = entry ? [...entry.preload, ...(needsLater ? entry.later : [])] : [];
  return (
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
        />
        <title>{`${title} · WhisperEngine`}</title>
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#fdfcfb" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1a1816" />
        <link rel="icon" href={url(assets.icon)} type="image/svg+xml" />
        <link rel="apple-touch-icon" href={url(assets.touchIcon)} />
        <link rel="manifest" href={url(assets.webManifest)} />
        <link rel="stylesheet" href={url(assets.style)} />
        <script src={url(assets.theme)} />
        {preloads.map((name) => <link key={name} rel="modulepreload" href={url(name)} />)}
        {entry && <script type="module" src={url(entry.script)} />}
      </head>
      <body>
        <div class={bodyClass} id={bodyId}>{children}</div>
        {data !== undefined && (
          <script type="application/json" id="data" dangerouslySetInnerHTML={{ __html: asScriptText(data) }} />
        )}
      </body>
    </html>
  );
}

/** JSON in which nothing can end the script element or begin a comment (HTML, 4.12.1.3). */
function asScriptText(data: unknown): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll(
    "\u2029",
    "\\u2029",
  );
}
