/** One command of a document, and what the document says that it prints. */
export interface Step {
  readonly command: string;
  /** Lines without their ends. */
  readonly output: readonly string[];
}

/** A ```console block: where its text is in the document, and what is in it. */
export interface Block {
  /** In UTF-16 units; between the two fences. */
  readonly start: number;
  readonly end: number;
  readonly steps: readonly Step[];
}

const block = /^```console\n([\s\S]*?)^```$/gm;

/** The commands of a Markdown document, in order: lines that begin with `$ `, each with the lines that follow it. */
export function consoleBlocks(markdown: string): readonly Block[] {
  return [...markdown.matchAll(block)].map((match) => {
    const body = match[1] ?? "";
    const start = match.index + "```console\n".length;
    return { start, end: start + body.length, steps: stepsOf(body) };
  });
}

/** The document with other outputs, given in the order of its commands. */
export function withOutputs(markdown: string, outputs: readonly (readonly string[])[]): string {
  const left = [...outputs];
  let result = "";
  let from = 0;
  for (const { start, end, steps } of consoleBlocks(markdown)) {
    const lines = steps.flatMap(({ command }) => [`$ ${command}`, ...(left.shift() ?? [])]);
    result += markdown.slice(from, start) + lines.map((line) => `${line}\n`).join("");
    from = end;
  }
  return result + markdown.slice(from);
}

function stepsOf(body: string): readonly Step[] {
  const steps: { command: string; output: string[] }[] = [];
  for (const line of body.split("\n").slice(0, -1)) {
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), output: [] });
    else if (steps.length === 0) throw new Error(`a console block begins with output: ${line}`);
    else steps.at(-1)?.output.push(line);
  }
  return steps;
}
