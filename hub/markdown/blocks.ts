import { type Html, html } from "../html.ts";
import { inline } from "./inline.ts";

/** Lists and quotes in each other. */
const deepest = 8;

/** Of one block, so that no text takes quadratic time. */
const mostLines = 2_000;

/** A block, and the number of lines that it took. */
interface Block {
  readonly content: Html;
  readonly lines: number;
}

/**
 * Renders what READMEs are made of: headings, paragraphs, lists, code, quotes, tables. HTML in the text stays text, so
 * that nothing can run or load: all of the text goes through {@link html}.
 *
 * @param headingLevel what a first heading becomes: 3 below a heading of level 2
 */
export function markdown(text: string, headingLevel: 2 | 3): Html {
  return html`${blocks(text.replaceAll("\t", "    ").split(/\r?\n/), headingLevel, 0)}`;
}

function blocks(lines: readonly string[], headingLevel: number, depth: number): Html[] {
  const found: Html[] = [];
  for (let at = 0; at < lines.length;) {
    if (isBlank(lines[at])) {
      at++;
      continue;
    }
    const rest = lines.slice(at, at + mostLines);
    const block =
      fencedCode(rest) ??
      indentedCode(rest) ??
      heading(rest, headingLevel) ??
      rule(rest) ??
      (depth < deepest ? (quote(rest, headingLevel, depth) ?? list(rest, headingLevel, depth)) : undefined) ??
      table(rest) ??
      paragraph(rest);
    found.push(block.content);
    at += block.lines;
  }
  return found;
}

const fencePattern = /^ {0,3}(`{3,}|~{3,})/;
const headingPattern = /^ {0,3}(#{1,6})(?: |$)/;
const rulePattern = /^ {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$/;
const quotePattern = /^ {0,3}> ?/;
const itemPattern = /^ {0,3}(?:[-*+]|(\d{1,9})[.)])(?: +|$)/;

function isBlank(line: string | undefined): boolean {
  return line === undefined || line.trim() === "";
}

/** Whether a line ends the paragraph before it. */
function startsBlock(line: string): boolean {
  return [fencePattern, headingPattern, rulePattern, quotePattern, itemPattern].some((pattern) => pattern.test(line));
}

function countWhile(lines: readonly string[], isPart: (line: string, index: number) => boolean): number {
  const end = lines.findIndex((line, index) => !isPart(line, index));
  return end < 0 ? lines.length : end;
}

function fencedCode(lines: readonly string[]): Block | undefined {
  const fence = fencePattern.exec(lines[0] ?? "")?.[1];
  if (fence === undefined) return undefined;
  const inside = lines.slice(1);
  const length = countWhile(inside, (line) => !line.trim().startsWith(fence));
  return { content: pre(inside.slice(0, length)), lines: length + 2 };
}

function indentedCode(lines: readonly string[]): Block | undefined {
  let length = countWhile(lines, (line) => line.startsWith("    ") || isBlank(line));
  while (length > 0 && isBlank(lines[length - 1])) length--;
  if (length === 0) return undefined;
  return { content: pre(lines.slice(0, length).map((line) => line.slice(4))), lines: length };
}

function pre(lines: readonly string[]): Html {
  return html`<pre tabindex="0"><code>${lines.join("\n")}</code></pre>`;
}

function heading([line = ""]: readonly string[], headingLevel: number): Block | undefined {
  const marks = headingPattern.exec(line)?.[1];
  if (marks === undefined) return undefined;
  const text = inline(line.trim().slice(marks.length).replace(/ #+$/, "").trim());
  switch (Math.min(headingLevel + marks.length - 1, 6)) {
    case 2:
      return { content: html`<h2>${text}</h2>`, lines: 1 };
    case 3:
      return { content: html`<h3>${text}</h3>`, lines: 1 };
    case 4:
      return { content: html`<h4>${text}</h4>`, lines: 1 };
    default:
      return { content: html`<h5>${text}</h5>`, lines: 1 };
  }
}

function rule([line = ""]: readonly string[]): Block | undefined {
  return rulePattern.test(line) ? { content: html`<hr />`, lines: 1 } : undefined;
}

function quote(lines: readonly string[], headingLevel: number, depth: number): Block | undefined {
  const length = countWhile(lines, (line) => quotePattern.test(line));
  if (length === 0) return undefined;
  const inside = lines.slice(0, length).map((line) => line.replace(quotePattern, ""));
  return { content: html`<blockquote>${blocks(inside, headingLevel, depth + 1)}</blockquote>`, lines: length };
}

function list(lines: readonly string[], headingLevel: number, depth: number): Block | undefined {
  const isOrdered = itemPattern.exec(lines[0] ?? "")?.[1] !== undefined;
  const items: Html[] = [];
  let at = 0;
  for (;;) {
    const marker = itemPattern.exec(lines[at] ?? "");
    if (!marker || (marker[1] !== undefined) !== isOrdered) break;
    const indent = " ".repeat(Math.min(marker[0].length, 4));
    const rest = lines.slice(at + 1);
    const length = countWhile(
      rest,
      (line, index) =>
        line.startsWith(indent) ||
        isBlank(line) ||
        (!isBlank(index === 0 ? lines[at] : rest[index - 1]) && !startsBlock(line)),
    );
    const inside = [
      (lines[at] ?? "").slice(marker[0].length),
      ...rest.slice(0, length).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)),
    ];
    items.push(item(inside, headingLevel, depth));
    at += 1 + length;
  }
  if (at === 0) return undefined;
  return {
    content: isOrdered
      ? html`<ol>
          ${items}
        </ol>`
      : html`<ul>
          ${items}
        </ul>`,
    lines: at,
  };
}

/** An item of one paragraph needs no paragraph in it. */
function item(lines: string[], headingLevel: number, depth: number): Html {
  while (lines.length > 1 && isBlank(lines.at(-1))) lines.pop();
  const isText = lines.every((line, index) => index === 0 || (!isBlank(line) && !startsBlock(line)));
  return isText ? html`<li>${inline(lines.join("\n"))}</li>` : html`<li>${blocks(lines, headingLevel, depth + 1)}</li>`;
}

function table(lines: readonly string[]): Block | undefined {
  const [head = "", rule = ""] = lines;
  const columns = cells(head);
  if (!head.includes("|") || !rule.includes("-") || !cells(rule).every((cell) => /^:?-+:?$/.test(cell)))
    return undefined;
  if (cells(rule).length !== columns.length) return undefined;
  const rows = lines.slice(2, 2 + countWhile(lines.slice(2), (line) => line.includes("|") && !startsBlock(line)));
  const row = (line: string): Html =>
    html`<tr>
      ${cells(line)
        .slice(0, columns.length)
        .map((cell) => html`<td>${inline(cell)}</td>`)}
    </tr>`;
  return {
    content: html`<div class="scroll" tabindex="0">
      <table>
        <thead>
          <tr>
            ${columns.map((cell) => html`<th>${inline(cell)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map((line) => row(line))}
        </tbody>
      </table>
    </div>`,
    lines: 2 + rows.length,
  };
}

function cells(line: string): string[] {
  return line
    .trim()
    .replace(/^\|/, "")
    .replace(/\|$/, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll("\\|", "|").trim());
}

function paragraph(lines: readonly string[]): Block {
  const length = Math.max(
    1,
    countWhile(lines, (line, index) => !isBlank(line) && (index === 0 || !startsBlock(line))),
  );
  const text = lines.slice(0, length).map((line) => line.trim());
  return { content: html`<p>${inline(text.join("\n"))}</p>`, lines: length };
}
