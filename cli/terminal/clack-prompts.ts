import { type CANCEL_SYMBOL, confirm, isCancel, password, select, text } from "@clack/prompts";
import type { Readable, Writable } from "node:stream";
import type { Prompts } from "../env.ts";
import { CliError } from "../errors.ts";

/** Questions on a terminal. Drawn on stderr, so that stdout holds nothing but the result. */
export function clackPrompts(input: Readable, output: Writable, signal: AbortSignal): Prompts {
  const terminal = { input, output, signal };
  return {
    async text({ message, initial, validate }) {
      const answer = await text({
        ...terminal,
        message,
        ...(initial === undefined ? {} : { placeholder: initial, defaultValue: initial }),
        validate: (value) => validate?.(value || (initial ?? "")),
      });
      return kept(answer);
    },
    password: async (message) => kept(await password({ ...terminal, message })),
    async select(message, options) {
      const answer = await select<string>({ ...terminal, message, options: options.map((option) => ({ ...option })) });
      return kept(answer) as (typeof options)[number]["value"];
    },
    confirm: async (message) => kept(await confirm({ ...terminal, message })),
  };
}

/** Clack answers a Ctrl-C with a symbol in place of the value. */
function kept<Answer extends string | boolean>(answer: Answer | typeof CANCEL_SYMBOL): Answer {
  if (isCancel(answer)) throw new CliError("INTERRUPTED", "interrupted; nothing has been changed");
  return answer;
}
