/** `[2026-11-24 02:36:56.791][23496][error][wasm] [source/extensions/common/wasm/wasm.cc:104] Wasm VM failed …` */
const logLine = /^\[[\d\-: .]+\]\[\d+\]\[(\w+)\]\[[\w.]+\] (?:\[[^\]]*:\d+\] )?(.*)$/;

const worthSaying = ["warning", "error", "critical"];

/** Lines that Envoy writes about itself on any failure, beside those that say what failed. */
const noise = [
  /There is no configured limit/,
  /^Plugin configured to fail closed failed to load$/,
  /fetch is unstable/,
  /^#\d+: /,
  /^Backtrace \(use /,
  /^Envoy version: /,
];

const mostLinesOfOne = 12;

/**
 * What Envoy complained of, without times, threads and source files; each message once, in order. What a filter logs
 * itself is among it.
 *
 * @param atMost messages, counted from the last
 */
export function describeLog(log: string, atMost = 8): string {
  const said = new Set<string>();
  for (const { level, text } of readEntries(log)) {
    if (worthSaying.includes(level) && !noise.some((pattern) => pattern.test(text))) said.add(withoutDump(text));
  }
  if (said.size > 0) return [...said].slice(-atMost).join("\n");
  return log.trim().split("\n").slice(-atMost).join("\n");
}

/** A message may have several lines; only the first has a time before it. */
function readEntries(log: string): readonly { readonly level: string; readonly text: string }[] {
  const read: { level: string; lines: string[] }[] = [];
  for (const line of log.trimEnd().split("\n")) {
    const [, level, text = ""] = logLine.exec(line) ?? [];
    if (level !== undefined) read.push({ level, lines: [text] });
    else read.at(-1)?.lines.push(line);
  }
  return read.map(({ level, lines }) => ({ level, text: lines.slice(0, longest(lines)).join("\n").trimEnd() }));
}

/** The dump of a message that fails its rules is long, and the rule stands behind it. */
function longest(lines: readonly string[]): number {
  return dump.test(lines[0] ?? "") ? lines.length : mostLinesOfOne;
}

/** How protobuf's DebugString begins. */
const dump = /goo\.gle\/debug\w+/;

/** protobuf puts spaces into its words at random, to keep programs from reading them. */
function withoutDump(text: string): string {
  const rule = /^: (Proto constraint validation failed .*)$/m.exec(text)?.[1];
  const start = dump.exec(text)?.index;
  if (start !== undefined && rule !== undefined) return text.slice(0, start) + rule;
  const unmarked = text.replaceAll(new RegExp(`${dump.source}\\s*`, "g"), "");
  return text.includes("INVALID_ARGUMENT") ? unmarked.replaceAll(/ {2,}/g, " ") : unmarked;
}
