import { styleText } from "node:util";
import type { Output } from "../env.ts";

/** Colours text, or leaves it, as the output it is meant for wants. */
export type Style = (format: Format, text: string) => string;

type Format = Parameters<typeof styleText>[0];

export function styleFor(output: Pick<Output, "hasColors">): Style {
  return output.hasColors ? (format, text) => styleText(format, text, { validateStream: false }) : (_, text) => text;
}
