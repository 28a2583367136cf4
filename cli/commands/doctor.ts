import { errorMessage } from "#core";
import { defineCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitStatus } from "../describe-error.ts";
import type { Check, Finding } from "../doctor/check.ts";
import { checks } from "../doctor/checks.ts";
import { dryRun, json, progress } from "../flags.ts";

export const doctor = defineCommand({
  summary: "Find what is wrong on this machine, and mend it",
  description: [
    "Looks at everything that the other commands need: Node.js, the folders, the local store (every blob is read), leftovers, Docker's credentials, the default hub, Envoy, and the project in this folder.",
    "Changes nothing without --fix, which mends what can be mended and looks again. Exits with 1 when something is wrong and was not mended; warnings do not count.",
  ],
  arguments: {},
  flags: { fix: { type: "boolean", description: "mend what can be mended" }, "dry-run": dryRun, progress, json },
  examples: [
    { text: "what is wrong, and what would be done about it", command: "wasm doctor" },
    { text: "mend it", command: "wasm doctor --fix" },
  ],
  json: [{ name: "local store", status: "ok", detail: "3 images, all whole", hint: null, plan: null, mended: null }],

  async run(context, { flags }) {
    const results: Result[] = [];
    for (const check of checks) {
      context.signal.throwIfAborted();
      const result = await examine(context, check, flags.fix && !flags["dry-run"]);
      results.push(result);
      if (!context.isJson) context.out(describe(result, context.style));
    }
    if (context.isJson) context.outJson(results);
    if (results.some(({ plan }) => plan !== null)) context.note("\nwasm doctor --fix mends what can be mended");
    return results.some(({ status }) => status === "failed") ? exitStatus.failed : 0;
  },
});

interface Result {
  readonly name: string;
  readonly status: Finding["status"];
  readonly detail: string;
  readonly hint: string | null;
  /** What --fix would do. */
  readonly plan: string | null;
  /** What was done. */
  readonly mended: string | null;
}

async function examine(context: Context, check: Check, mayMend: boolean): Promise<Result> {
  const found = await check.run(context);
  if (!mayMend || !found.mend) return toResult(check, found, null);
  try {
    const mended = await found.mend.apply();
    // What it says it has mended, it looks at again.
    return toResult(check, { ...(await check.run(context)), mend: undefined }, mended);
  } catch (error) {
    context.signal.throwIfAborted();
    const detail = `${found.detail}\nit could not be mended: ${errorMessage(error)}`;
    return toResult(check, { ...found, status: "failed", detail, mend: undefined }, null);
  }
}

function toResult({ name }: Check, { status, detail, hint, mend }: Finding, mended: string | null): Result {
  return { name, status, detail, hint: hint ?? null, plan: mend?.plan ?? null, mended };
}

function describe({ name, status, detail, hint, plan, mended }: Result, style: Context["style"]): string {
  const mark = { ok: style("green", "✓"), warning: style("yellow", "!"), failed: style("red", "✗") }[status];
  const [first = "", ...rest] = detail.split("\n");
  const lines = [`${mark} ${style("bold", name)}: ${first}`, ...rest.map((line) => `    ${line}`)];
  if (mended !== null) lines.push(`    mended: ${mended}`);
  if (plan !== null) lines.push(`    --fix would ${plan}`);
  if (hint !== null) lines.push(`    hint: ${hint}`);
  return `${lines.join("\n")}\n`;
}
