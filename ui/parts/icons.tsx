/** Every drawing on the pages: the mark, the marks of places, and the icons, all in one line weight. */
import type { JSX } from "preact";

const paths = {
  plus: "M12 5v14M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h10",
  pin: "M9 4h6l-.8 6.5 3.3 3v1.5H6.500v-1.500l3.300-3zM12 15v5.500",
  copy:
    "M11.5 9h6A2.500 2.500 0 0 1 20 11.500v6a2.500 2.500 0 0 1-2.500 2.500h-6A2.500 2.500 0 0 1 9 17.500v-6A2.500 2.500 0 0 1 11.500 9ZM5.500 15A1.500 1.500 0 0 1 4 13.500V6.500A2.500 2.500 0 0 1 6.500 4h7A1.500 1.500 0 0 1 15 5.500",
  again: "M20 12a8 8 0 1 1-2.500-5.800L20 8.500M20 4v4.500h-4.500",
  pencil: "m5 19 1-4L16.500 4.500a2.100 2.100 0 0 1 3 3L9 18z",
  down: "m6 9.500 6 6 6-6",
  right: "m9.500 6 6 6-6 6",
  left: "m14.500 6-6 6 6 6",
  check: "m5 12.500 4.500 4.500L19 7.500",
  cross: "M6 6l12 12M18 6 6 18",
  send: "M12 19V6M6 11.500 12 5.500l6 6",
  play: "M8 5.500v13l10.500-6.500z",
  gauge: "M4.500 17.500a8.500 8.500 0 1 1 15 0M12 13.500l4-4.500",
  bin: "M5 7h14M10 4h4M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5",
  out: "M14 5H6.500v14H14M10.500 12H20M16.500 8.500 20 12l-3.500 3.500",
  sun:
    "M12 8.500a3.500 3.500 0 1 0 0 7a3.500 3.500 0 0 0 0-7ZM12 3.500v2M12 18.500v2M3.500 12h2M18.500 12h2M6 6l1.400 1.400M16.600 16.600 18 18M18 6l-1.400 1.400M7.400 16.600 6 18",
  noNet:
    "M4 4l16 16M8.500 15.500a5 5 0 0 1 5-1.300M5 12a10 10 0 0 1 4.500-2.600M13.500 9.100A10 10 0 0 1 19 12M2.500 8.500a14 14 0 0 1 4-2.500M11 5a14 14 0 0 1 10.500 3.500M12 18.500v.01",
  warn: "M12 4 3.500 19h17zM12 10v4M12 16.500v.01",
  wrap: "M4 6.500h16M4 12h12.500a3 3 0 0 1 0 6H12M14.500 15.500 12 18l2.500 2.500M4 18h4",
  image: "M4.500 5.500h15v13h-15zM4.500 16l4.500-4.500 4 4 2.500-2.500 4 4M15.500 9v.01",
  search: "M11 4.500a6.500 6.500 0 1 0 0 13a6.500 6.500 0 0 0 0-13ZM20 20l-4.200-4.200",
  tray:
    "M4.500 13.500 7 5.500h10l2.500 8v5h-15zM4.500 13.500h4.500c.300 1.700 1.500 2.500 3 2.500s2.700-.800 3-2.500h4.500",
  sliders:
    "M4 7.500h9M17 7.500h3M4 16.500h3M11 16.500h9M15 5.500a2 2 0 1 0 0 4a2 2 0 0 0 0-4ZM9 14.500a2 2 0 1 0 0 4a2 2 0 0 0 0-4Z",
  keys: "M3.500 6.500h17v11h-17zM7 10v.01M10.300 10v.01M13.700 10v.01M17 10v.01M8.500 14h7",
  speech: "M5 5.500h14v10H11l-4 3.500v-3.500H5z",
  clip:
    "m19 11.500-7.300 7.300a4.600 4.600 0 0 1-6.500-6.500l7.700-7.700a3.100 3.100 0 0 1 4.400 4.400l-7.500 7.500a1.500 1.500 0 0 1-2.200-2.200l6.700-6.700",
  file:
    "M13.500 3.500H7A1.500 1.500 0 0 0 5.500 5v14A1.500 1.500 0 0 0 7 20.500h10a1.500 1.500 0 0 0 1.500-1.500V8.500zM13.500 3.500v5h5",
  download: "M12 4.500v11M7.500 11l4.500 4.500 4.500-4.500M5 19.500h14",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, small }: { name: IconName; small?: boolean }): JSX.Element {
  return (
    <svg class={small ? "i sm" : "i"} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

export function StopIcon(): JSX.Element {
  return (
    <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
      <rect x="7" y="7" width="10" height="10" rx="1.5" fill="currentColor" />
    </svg>
  );
}

export function MoreIcon(): JSX.Element {
  return (
    <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="5.5" cy="12" r="1.3" fill="currentColor" />
      <circle cx="12" cy="12" r="1.3" fill="currentColor" />
      <circle cx="18.5" cy="12" r="1.3" fill="currentColor" />
    </svg>
  );
}

/** Three strokes, each lower than the last, ending in a point of light. */
export function Mark({ class: name }: { class?: string }): JSX.Element {
  return (
    <svg {...(name ? { class: name } : {})} viewBox="0 0 16 16" fill="none" aria-hidden="true">
      <path
        d="M3 4v6a2.5 2.5 0 0 0 5 0V7M8 10a2.5 2.5 0 0 0 5 0V8.400"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
      />
      <circle class="dot" cx="13" cy="4.1" r="1.6" fill="currentColor" />
    </svg>
  );
}

const webPath =
  "M3 2.500h10A1.500 1.500 0 0 1 14.500 4v8a1.500 1.500 0 0 1-1.500 1.500H3A1.500 1.500 0 0 1 1.500 12V4A1.500 1.500 0 0 1 3 2.500ZM3 6.200V12h10V6.200Zm.300-2.300a.700.700 0 1 0 0 1.400.700.700 0 0 0 0-1.400Zm2.200 0a.700.700 0 1 0 0 1.400.700.700 0 0 0 0-1.400Z";

/** Each place a conversation can come from: its name for people, and its drawing. */
const places: Readonly<Record<string, { readonly name: string; readonly drawing: JSX.Element }>> = {
  chatgpt: { name: "ChatGPT", drawing: <path fill-rule="evenodd" d={webPath} /> },
  claude: { name: "Claude", drawing: <path fill-rule="evenodd" d={webPath} /> },
  web: { name: "Web", drawing: <path fill-rule="evenodd" d={webPath} /> },
  cli: {
    name: "Command line",
    drawing: (
      <path
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
        d="m2.500 4.500 3.700 3.500-3.700 3.500M8.300 12h5.200"
      />
    ),
  },
  rest: {
    name: "API",
    drawing: (
      <path
        fill="none"
        stroke="currentColor"
        stroke-width="1.7"
        stroke-linecap="round"
        stroke-linejoin="round"
        d="M6 2.500c-2 0-2 1-2 2.300S4 7.400 2.200 8C4 8.600 4 9.900 4 11.200s0 2.300 2 2.300M10 2.500c2 0 2 1 2 2.300s0 2.600 1.800 3.200c-1.800.600-1.800 1.900-1.800 3.200s0 2.300-2 2.300"
      />
    ),
  },
};

/** The mark of a place; one that is not drawn yet gets the web's drawing under its own name. */
export function PlaceMark({ platform, hidden }: { platform: string; hidden?: boolean }): JSX.Element {
  const place = places[platform];
  const named = hidden ? { "aria-hidden": true } : { role: "img", "aria-label": place?.name ?? platform } as const;
  return (
    <svg class={`mk ${place ? platform : "web"}`} viewBox="0 0 16 16" {...named}>
      {(place ?? places.web)?.drawing}
    </svg>
  );
}

/** "Command line" */
export function placeName(platform: string): string {
  return places[platform]?.name ?? platform;
}
