import { JsonKind, JsonValue, RootContext, log, parseJson, registerFilter } from "@wasm-hub/sdk";

// Accepts what is JSON, and logs it in a form that compares easily: strings as hex UTF-16 units, numbers as their bits.

class JsonRoot extends RootContext {
  onConfigure(): bool {
    const value = parseJson(this.configuration);
    if (value.kind == JsonKind.Invalid) {
      log.error(`not JSON at ${value.offset}`);
      return false;
    }
    log.info(write(value));
    log.info(
      `${value.get("text").stringOr("none")} ${value.get("count").integerOr(-7)} ${value.get("ratio").numberOr(0.5)} ` +
        `${value.get("on").booleanOr(true)} ${value.get("deep").get("er").at(1).stringOr("none")} ` +
        `${value.at(0).kind} ${value.length} ${value.keys().length}`,
    );
    return true;
  }
}

function write(value: JsonValue): string {
  let text = "";
  switch (value.kind) {
    case JsonKind.Object: {
      const keys = value.keys();
      for (let i = 0; i < keys.length; ++i) text += hex(keys[i]) + ":" + write(value.get(keys[i])) + ",";
      return "{" + text + "}";
    }
    case JsonKind.Array: {
      const length = value.length;
      for (let i = 0; i < length; ++i) text += write(value.at(i)) + ",";
      return "[" + text + "]";
    }
    case JsonKind.String:
      return hex(value.stringOr("?"));
    case JsonKind.Number:
      return reinterpret<u64>(value.numberOr(NaN)).toString(16);
    case JsonKind.Boolean:
      return value.booleanOr(false).toString();
    default:
      return value.kind == JsonKind.Null ? "null" : "?";
  }
}

function hex(text: string): string {
  let units = "'";
  for (let i = 0; i < text.length; ++i) units += text.charCodeAt(i).toString(16) + ".";
  return units;
}

registerFilter("json", () => new JsonRoot());
