import { errorMessage } from "#core";
import { defineCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { Check, Finding } from "../doctor/check.ts";
import { checks } from "../doctor/checks.ts";
import { exitStatus } from "../describe-error.ts";
import { json, progress } from "../flags.ts";

export const doctor = defineCommand({
  summary: "Find what is wrong on this machine, and mend it",
  description: [
    "Looks at everything that the other commands need. Exits with 1 when something is wrong and was not mended.",
  ],
  arguments: {},
  flags: { fix: { type: "boolean", description: "mend what can be mended" }, progress, json },
  examples: [
    { text: "what is wrong", command: "wasm doctor" },
    { text: "and mend it", command: "wasm doctor --fix" },
  ],
  json: [{ name: "local store", status: "ok", detail: "3 images", hint: null, fixed: null }],

  async run(context, { flags }) {
    const results: Result[] = [];
    for (const check of checks) {
      const result = await examine(context, check, flags.fix);
      results.push(result);
      if (!context.isJson) context.out(describe(result, context.style));
    }
    if (context.isJson) context.outJson(results);
    return results.some(({ status }) => status === "failed") ? exitStatus.failed : 0;
  },
});

interface Result {
  readonly name: string;
  readonly status: Finding["status"];
  readonly detail: string;
  readonly hint: string | null;
  /** What was done about it. */
  readonly fixed: string | null;
}

async function examine(context: Context, { name, run }: Check, mayFix: boolean): Promise<Result> {
  const { status, detail, hint = null, fix } = await run(context);
  if (!mayFix || !fix) return { name, status, detail, hint, fixed: null };
  try {
    return { name, status: "ok", detail, hint: null, fixed: await fix() };
  } catch (error) {
    context.signal.throwIfAborted();
    return { name, status: "failed", detail: `${detail}; mending failed: ${errorMessage(error)}`, hint, fixed: null };
  }
}

function describe({ name, status, detail, hint, fixed }: Result, style: Context["style"]): string {
  const mark = { ok: style("green", "✓"), warning: style("yellow", "!"), failed: style("red", "✗") }[status];
  const [first = "", ...rest] = detail.split("\n");
  const lines = [`${mark} ${style("bold", name)}: ${first}`, ...rest.map((line) => `    ${line}`)];
  if (fixed !== null) lines.push(`    mended: ${fixed}`);
  if (hint !== null) lines.push(`    hint: ${hint}`);
  return `${lines.join("\n")}\n`;
}
