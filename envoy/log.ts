/** `[2026-11-24 02:36:56.791][23496][error][wasm] [source/extensions/common/wasm/wasm.cc:104] Wasm VM failed …` */
const logLine = /^\[[\d\-: .]+\]\[\d+\]\[(\w+)\]\[[\w.]+\] (?:\[[^\]]*:\d+\] )?(.*)$/;

const worthSaying = ["warning", "error", "critical"];

/** Lines that Envoy writes about itself on any failure, beside those that say what failed. */
const noise = [
  /There is no configured limit/,
  /^Plugin configured to fail closed failed to load$/,
  /fetch is unstable/,
];

/**
 * What Envoy complained of, without times, threads and source files; each line once, in order. What a filter logs itself
 * is among it.
 *
 * @param atMost lines, counted from the last
 */
export function describeLog(log: string, atMost = 8): string {
  const said: string[] = [];
  for (const line of log.split("\n")) {
    const [, level = "", text = ""] = logLine.exec(line) ?? [];
    if (!worthSaying.includes(level) || noise.some((pattern) => pattern.test(text)) || said.includes(text)) continue;
    said.push(text);
  }
  if (said.length > 0) return said.slice(-atMost).join("\n");
  return log.trim().split("\n").slice(-atMost).join("\n");
}
