/** Draws an answer's Markdown: block by block, so that only the one being written is drawn again. */
import { Component, type ComponentChildren, type JSX } from "preact";
import type { Block, Cell, Inline, ListItem, ParseMarkdown } from "../text/markdown_tree.ts";
import { CodeBlock } from "./code_block.tsx";
import { Formula } from "./formula.tsx";
import { Icon } from "./icons.tsx";

/** The end of an answer that is being written: how many of its last characters are new, and the point after them. */
export interface Tip {
  readonly freshLength: number;
  readonly key: number;
}

interface Props {
  readonly text: string;
  readonly parse: ParseMarkdown | null;
  /** Null: the answer is not being written. */
  readonly tip: Tip | null;
}

/** Without a parser the text stands as it is written. */
export function Markdown({ text, parse, tip }: Props): JSX.Element {
  if (!parse) return <p class="raw">{text}</p>;
  const blocks = parse(text);
  if (blocks.length === 0 && tip) {
    return (
      <p>
        <Caret />
      </p>
    );
  }
  return (
    <>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} tip={index === blocks.length - 1 ? tip : null} />
      ))}
    </>
  );
}

/** Drawn again only when its own Markdown has changed. */
class BlockView extends Component<{ block: Block; tip: Tip | null }> {
  override shouldComponentUpdate(next: { block: Block; tip: Tip | null }): boolean {
    const { block, tip } = this.props;
    if (next.tip !== null || tip !== null || next.block.raw !== block.raw) return true;
    // what stands before a heading can change its level
    return next.block.kind === "heading" && block.kind === "heading" && next.block.level !== block.level;
  }
  override render() {
    return drawBlock(this.props.block, this.props.tip);
  }
}

function drawBlock(block: Block, tip: Tip | null): JSX.Element {
  switch (block.kind) {
    case "paragraph":
      return <p>{drawInlines(block.children, tip)}</p>;
    case "line":
      return <>{drawInlines(block.children, tip)}</>;
    case "heading": {
      const Heading = `h${block.level}` as const;
      return <Heading>{drawInlines(block.children, tip)}</Heading>;
    }
    case "code":
      return <CodeBlock language={block.language} text={block.text} />;
    case "math":
      return <Formula tex={block.text} isBlock />;
    case "quote":
      return <blockquote>{drawBlocks(block.children, tip)}</blockquote>;
    case "list": {
      const items = block.items.map((item, index) => (
        <li key={index} {...(item.checked === null ? {} : { class: "task" })}>
          {drawItem(item, index === block.items.length - 1 ? tip : null)}
        </li>
      ));
      return block.start === null
        ? <ul>{items}</ul>
        : <ol {...(block.start === 1 ? {} : { start: block.start })}>{items}</ol>;
    }
    case "table":
      return (
        <div class="scroll" tabIndex={0} role="group" aria-label="Table">
          <table class="data">
            <thead>
              <tr>
                {block.head.map((cell, index) => (
                  <th key={index} {...aligned(cell)}>{drawInlines(cell.children, null)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, at) => <td key={at} {...aligned(cell)}>{drawInlines(cell.children, null)}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case "rule":
      return <hr />;
  }
}

function drawBlocks(blocks: readonly Block[], tip: Tip | null): JSX.Element[] {
  return blocks.map((block, index) => (
    <BlockView key={index} block={block} tip={index === blocks.length - 1 ? tip : null} />
  ));
}

function drawItem(item: ListItem, tip: Tip | null): ComponentChildren {
  if (item.checked === null) return drawBlocks(item.children, tip);
  return (
    <>
      <span role="img" aria-label={item.checked ? "Done" : "Not done"}>{item.checked ? "☑" : "☐"}</span>{" "}
      {drawBlocks(item.children, tip)}
    </>
  );
}

function drawInlines(inlines: readonly Inline[], tip: Tip | null): ComponentChildren {
  const drawn = inlines.map((inline, index) => drawInline(inline, index === inlines.length - 1 ? tip : null, index));
  return tip ? [...drawn, <Caret key="caret" />] : drawn;
}

function drawInline(inline: Inline, tip: Tip | null, key: number): ComponentChildren {
  switch (inline.kind) {
    case "text": {
      if (!tip || tip.freshLength === 0) return inline.text;
      const at = Math.max(0, inline.text.length - tip.freshLength);
      return [inline.text.slice(0, at), <span key={tip.key} class="fresh">{inline.text.slice(at)}</span>];
    }
    case "code":
      return <code key={key}>{inline.text}</code>;
    case "link":
      return (
        <a key={key} href={inline.href} target="_blank" rel="noopener noreferrer nofollow">
          {drawInlines(inline.children, null)}
        </a>
      );
    case "image":
      return <OutsideImage key={key} href={inline.href} text={inline.text} />;
    case "math":
      return <Formula key={key} tex={inline.text} isBlock={false} />;
    case "break":
      return <br key={key} />;
    default: {
      const Mark = inline.kind;
      return <Mark key={key}>{drawInlines(inline.children, null)}</Mark>;
    }
  }
}

function aligned(cell: Cell): { class?: string } {
  return cell.align === "end" ? { class: "n" } : cell.align === "center" ? { class: "mid" } : {};
}

/** Where it lies would learn who reads this and when: it is asked only after a click, and in a tab of its own. */
function OutsideImage({ href, text }: { href: string; text: string }): JSX.Element {
  return (
    <a class="outside" href={href} target="_blank" rel="noopener noreferrer nofollow">
      <Icon name="image" small />
      <span>{text || "Image"}</span>
      <small>at {new URL(href).host}</small>
    </a>
  );
}

/** The point that follows the last word. */
function Caret(): JSX.Element {
  return <span class="caret" />;
}
