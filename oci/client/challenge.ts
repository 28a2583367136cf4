/** One challenge of a `WWW-Authenticate` header (RFC 9110, 11.6.1). */
export interface Challenge {
  /** Lower case: `basic`, `bearer` … */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const parameter = /\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*,?/y;

/** Reads all challenges of a header; what does not parse ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let position = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(header);
    if (found) position = pattern.lastIndex;
    return found;
  };
  while (position < header.length) {
    match(/[\s,]+/y);
    const scheme = match(token);
    if (!scheme) break;
    const parameters = new Map<string, string>();
    for (let found = match(parameter); found; found = match(parameter)) {
      const [, name = "", quoted, plain = ""] = found;
      parameters.set(name.toLowerCase(), quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, "$1"));
    }
    challenges.push({ scheme: scheme[0].toLowerCase(), parameters });
  }
  return challenges;
}
