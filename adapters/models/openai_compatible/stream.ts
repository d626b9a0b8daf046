/** Lines and server-sent events out of bytes that may be torn anywhere. */

export interface Reader {
  /** What became whole with this piece. Throws `RangeError` for a line or event past the bound. */
  read(bytes: Uint8Array): string[];
  /** What the end leaves over. */
  end(): string[];
}

const maxEventLength = 4 * 1024 * 1024;

/** Lines without their ends; `\n` and `\r\n` alike. */
export function openLines(maxLength = maxEventLength): Reader {
  const decoder = new TextDecoder();
  let rest = "";
  const split = (text: string): string[] => {
    const lines: string[] = [];
    let start = 0;
    for (;;) {
      const end = text.indexOf("\n", start);
      if (end < 0) break;
      const line = rest + text.slice(start, end);
      lines.push(line.endsWith("\r") ? line.slice(0, -1) : line);
      rest = "";
      start = end + 1;
    }
    rest += text.slice(start);
    if (rest.length > maxLength) throw new RangeError(`A line is longer than ${maxLength} characters`);
    return lines;
  };
  return {
    read: (bytes) => split(decoder.decode(bytes, { stream: true })),
    end() {
      const lines = split(decoder.decode());
      return rest === "" ? lines : [...lines, rest];
    },
  };
}

/** The `data` of server-sent events; comments and other fields are passed over. An unfinished last event counts. */
export function openEvents(maxLength = maxEventLength): Reader {
  const lines = openLines(maxLength);
  let data: string | undefined;
  const take = (found: readonly string[]): string[] => {
    const events: string[] = [];
    for (const line of found) {
      if (line === "") {
        if (data !== undefined) events.push(data);
        data = undefined;
      } else if (line.startsWith("data:")) {
        const value = line.slice(line[5] === " " ? 6 : 5);
        data = data === undefined ? value : `${data}\n${value}`;
        if (data.length > maxLength) throw new RangeError(`An event is longer than ${maxLength} characters`);
      }
    }
    return events;
  };
  return {
    read: (bytes) => take(lines.read(bytes)),
    end: () => take([...lines.end(), ""]),
  };
}
