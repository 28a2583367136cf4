// What the compiler does to every filter before it compiles it; asconfig.json names this file.
import { keepSmallBlocks } from "./allocator.js";
import { keepCallbacksInUse } from "./callbacks.js";
import { countObjectBytes } from "./collector.js";
import { guardLogs } from "./logs.js";
import { adaptOldFilters } from "./old-filters.js";
import { warnOfMisspeltCallbacks } from "./spelling.js";
import { isOfSdk } from "./sources.js";

export default class FilterTransform {
  /** @param {import("assemblyscript").Parser} parser */
  afterParse(parser) {
    const ofSdk = parser.sources.filter((source) => isOfSdk(source));
    const filter = parser.sources.filter((source) => !isOfSdk(source));
    adaptOldFilters(parser, ofSdk, filter);
    keepCallbacksInUse(ofSdk, filter);
    countObjectBytes(parser);
    keepSmallBlocks(parser);
    for (const source of filter) {
      warnOfMisspeltCallbacks(parser, source, ofSdk);
      guardLogs(parser, source);
    }
  }
}
