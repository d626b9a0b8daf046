/** Bringing conversations in from ChatGPT and Claude, with a report on each, and taking everything out. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../parts/icons.tsx";
import { count } from "../text/format.ts";
import type { ImportLine, ImportRun, ImportState } from "./import_run.ts";

export function DataDialog({ run, onClose }: { run: ImportRun; onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const state = run.state.value;
  useEffect(() => dialog.current?.showModal(), []);
  const isBusy = state.step === "sending" || state.step === "reading";
  return (
    <dialog ref={dialog} class="dialog data" aria-labelledby="data-title" onClose={onClose}>
      <header>
        <h2 id="data-title">Import and export</h2>
        <button type="button" class="ico small" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="cross" />
        </button>
      </header>
      <section aria-labelledby="import-title">
        <h3 id="import-title">From ChatGPT or Claude</h3>
        {state.step === "choosing" && (
          <p>
            Ask there for an export of your data, and choose the ZIP that you are sent, as it is. It is read on this
            server and nowhere else; what is here already is not added again.
          </p>
        )}
        {state.step !== "choosing" && <Progress state={state} />}
        <div class="acts">
          {isBusy
            ? <button type="button" class="btn" onClick={run.cancel}>Stop</button>
            : (
              <button type="button" class="btn prime" onClick={() => field.current?.click()}>
                {state.step === "choosing" ? "Choose a file" : "Choose another file"}
              </button>
            )}
          {state.step === "done" && <a class="btn" href="/">Show conversations</a>}
        </div>
        <input
          ref={field}
          type="file"
          hidden
          accept=".zip,.json"
          aria-label="Exported file"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            currentTarget.value = "";
            if (file) run.start(file);
          }}
        />
        {state.lines.length > 0 && <Report state={state} />}
      </section>
      <section aria-labelledby="export-title">
        <h3 id="export-title">Everything, in one archive</h3>
        <p>All conversations, files and settings, without keys and passwords. The command “import” reads it.</p>
        <div class="acts">
          <a class="btn" href="/api/export" download="">
            <Icon name="download" small />Export everything
          </a>
        </div>
      </section>
    </dialog>
  );
}

function Progress({ state }: { state: ImportState }): JSX.Element {
  const { step, share, problem } = state;
  const percent = Math.floor(share * 100);
  if (step === "failed") {
    return (
      <div class="note bad stack" role="alert">
        <Icon name="warn" />
        <div>
          <strong>The import has ended early.</strong>
          <p>{problem}</p>
        </div>
      </div>
    );
  }
  const words = step === "sending" ? "The file is on its way" : "Conversations are being read";
  return (
    <>
      {step !== "done" && (
        <label class="way">
          <span>
            {words} <span class="num">{percent} %</span>
          </span>
          <progress max={100} value={percent} />
        </label>
      )}
      <p role="status">{step === "done" ? `Done: ${summary(state)}.` : step === "reading" ? summary(state) : ""}</p>
    </>
  );
}

function summary({ counts: { imported, present, failed } }: ImportState): string {
  return [
    `${count(imported, "conversation")} imported`,
    ...present > 0 ? [`${present} there already`] : [],
    ...failed > 0 ? [`${failed} not imported`] : [],
  ].join(", ");
}

const outcomes: Readonly<Record<ImportLine["outcome"], string>> = {
  imported: "imported",
  present: "there already",
  failed: "not imported",
};

function Report({ state: { lines, counts } }: { state: ImportState }): JSX.Element {
  const all = counts.imported + counts.present + counts.failed;
  return (
    <div class="report" role="region" aria-label="Report" tabIndex={0}>
      <ul>
        {lines.map(({ title, outcome, reason }, index) => (
          <li key={index} class={outcome}>
            <bdi class="t">{title ?? "Without a title"}</bdi>
            <small>{reason ? `${outcomes[outcome]}: ${reason}` : outcomes[outcome]}</small>
          </li>
        ))}
      </ul>
      {all > lines.length && <p>and {(all - lines.length).toLocaleString("en-US")} more</p>}
    </div>
  );
}
