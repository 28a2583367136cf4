import { proxy_log } from "./env";
import { LogLevel } from "./log";

const line: usize = memory.data(1024);
const end: usize = line + 1024;

/**
 * What `throw`, a failed `assert`, an index out of range and the like become: a critical line in the host's log that
 * says where, then a trap, which the host answers by the filter's fail policy. Allocates nothing, for the memory may be
 * what has run out.
 */
export function abort(message: string | null, fileName: string | null, lineNumber: u32, columnNumber: u32): void {
  let to = append(line, end - 300, "abort: ");
  to = append(to, end - 300, message);
  to = append(to, end - 40, " at ");
  to = append(to, end - 40, fileName);
  to = appendNumber(append(to, end, ":"), lineNumber);
  to = appendNumber(append(to, end, ":"), columnNumber);
  proxy_log(LogLevel.Critical, line, to - line);
  unreachable();
}

/** Writes ASCII, "?" for other characters, and cuts what goes beyond `limit`. Returns where it ended. */
function append(to: usize, limit: usize, text: string | null): usize {
  if (text === null) return to;
  for (let i = 0; i < text.length && to < limit; ++i) {
    const unit = load<u16>(changetype<usize>(text) + ((<usize>i) << 1));
    store<u8>(to++, unit < 0x80 ? unit : 63);
  }
  return to;
}

function appendNumber(to: usize, value: u32): usize {
  if (value >= 10) to = appendNumber(to, value / 10);
  store<u8>(to, 48 + (value % 10));
  return to + 1;
}
