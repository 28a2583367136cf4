import { inspect } from "node:util";
import type { Output } from "../env.ts";

type Format = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Colours text, or leaves it, as the output it is meant for wants. */
export type Style = (format: Format | readonly Format[], text: string) => string;

/** Whether there are colours is decided once, in `wantsColors`; `util.styleText` would look at the environment again. */
export function styleFor({ hasColors }: Pick<Output, "hasColors">): Style {
  if (!hasColors) return (_, text) => text;
  return (format, text) => [format].flat().reduceRight((styled, one) => paint(one, styled), text);
}

function paint(format: Format, text: string): string {
  const [open, close] = inspect.colors[format] ?? [0, 0];
  return `\u001b[${open}m${text}\u001b[${close}m`;
}
