/** Answers of Ollama's `/api/chat`: a JSON object a line. */
import type { ProviderError } from "../../../server/domain/model.ts";
import { type Decoder, openGathering } from "./decoder.ts";
import { faultOfStatus, malformed } from "./faults.ts";
import { fields, parseJson, text } from "./json.ts";
import type { Server } from "./server.ts";
import { openLines, type Reader } from "./stream.ts";
import { openThoughts } from "./think.ts";
import { decodeOllamaUsage } from "./usage.ts";

export function openOllamaDecoder(server: Server): Decoder {
  const lines = openLines();
  const gathering = openGathering();
  const thoughts = openThoughts();
  let failure: ProviderError | undefined;
  let isOver = false;

  function line(source: string): void {
    if (failure !== undefined || isOver || source.trim() === "") return;
    const object = fields(parseJson(source));
    const { error, message, done, done_reason } = object;
    if (error !== undefined) {
      failure = faultOfStatus(server, { status: 500, body: source, retryAfterMs: undefined });
      return;
    }
    if (typeof done !== "boolean") {
      failure = malformed(server, "something that cannot be read");
      return;
    }
    const { thinking, content } = fields(message);
    gathering.reasoning(text(thinking) ?? "");
    say(thoughts.push(text(content) ?? ""));
    if (!done) return;
    say(thoughts.end());
    gathering.other({ type: "finish", reason: text(done_reason) ?? "stop" });
    const usage = decodeOllamaUsage(object);
    if (usage !== undefined) gathering.other({ type: "usage", usage });
    isOver = true;
  }

  function say(found: ReturnType<typeof thoughts.push>): void {
    for (const { type, text } of found) gathering[type](text);
  }

  function feed(read: (lines: Reader) => string[]): void {
    try {
      read(lines).forEach(line);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      failure ??= malformed(server, "a line that is far too long");
    }
  }

  return {
    read: (bytes) => feed((lines) => lines.read(bytes)),
    end() {
      // A line that the end has torn is no line: the answer was cut off there.
      feed((lines) => lines.end().filter((source) => parseJson(source) !== undefined));
      say(thoughts.end());
    },
    take: gathering.take,
    get failure() {
      return failure;
    },
    get isComplete() {
      return isOver;
    },
    get isOver() {
      return isOver;
    },
  };
}
