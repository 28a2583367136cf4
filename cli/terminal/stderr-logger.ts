import { formatWithOptions } from "node:util";
import type { LogFields, Logger } from "#core";
import type { Style } from "./style.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Writes messages of `level` and above for people: `warning: message key=value`. */
export function textLogger(write: (line: string) => void, style: Style, level: LogLevel): Logger {
  const words: Record<LogLevel, string> = {
    debug: style("dim", "debug: "),
    info: "",
    warn: style("yellow", "warning: "),
    error: style("red", "error: "),
  };
  return loggerFrom(level, (at, message, fields) => {
    const facts = at === "debug" || level === "debug" ? formatFields(fields) : "";
    write(`${words[at]}${message}${facts && style("dim", facts)}\n`);
  });
}

/** One JSON object a line: `{"log": {"level", "message", …fields}}`. */
export function jsonLogger(write: (line: string) => void, level: LogLevel): Logger {
  return loggerFrom(level, (at, message, fields) => {
    write(`${JSON.stringify({ log: { level: at, message, ...fields } })}\n`);
  });
}

function loggerFrom(level: LogLevel, log: (at: LogLevel, message: string, fields: LogFields) => void): Logger {
  const at =
    (own: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (levels.indexOf(own) >= levels.indexOf(level)) log(own, message, fields);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function formatFields(fields: LogFields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) =>
        ` ${name}=${typeof value === "string" ? value : formatWithOptions({ breakLength: Infinity }, "%O", value)}`,
    )
    .join("");
}
