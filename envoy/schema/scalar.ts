import { type Node, Scalar } from "yaml";

const wrote = (words: string): RegExp =>
  new RegExp(
    `^(?:${[words, words.toUpperCase(), words.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())].join("|")})$`,
  );
const truth = wrote("y|yes|true|on");
const falsehood = wrote("n|no|false|off");
const nothing = /^(?:~|null|Null|NULL|)$/;
const decimal = /^([+-]?)(0|[1-9]\d*)$/;
const octal = /^([+-]?)0([0-7]+)$/;
const hexadecimal = /^([+-]?)(0[xX][\da-fA-F]+)$/;

/**
 * A scalar as Envoy hands it to protobuf's JSON reader: plain ones are nulls, booleans of YAML 1.1 or C integers of 32
 * bits, everything else is a string, numbers too (Envoy's source/common/protobuf/yaml_utility.cc, `parseYamlNode`).
 */
export function readScalar(scalar: Scalar): string | number | boolean | null {
  const text = scalar.value as string;
  if (!isPlain(scalar)) return text;
  if (nothing.test(text)) return null;
  if (truth.test(text)) return true;
  if (falsehood.test(text)) return false;
  const whole = readInteger(text);
  if (whole === undefined || whole !== BigInt.asIntN(64, whole)) return text;
  return whole === BigInt.asIntN(32, whole) ? Number(whole) : String(whole);
}

/** Whether a node is a boolean for Envoy and reads like a word. */
export function isBooleanWord(node: Node): boolean {
  return (
    node instanceof Scalar &&
    typeof readScalar(node) === "boolean" &&
    !/^(?:true|false)$/i.test((node as Scalar<string>).value)
  );
}

/** `! yes` is a string; a type's tag, such as `!!str`, changes nothing for Envoy. */
function isPlain(scalar: Scalar): boolean {
  return (scalar.type === undefined || scalar.type === Scalar.PLAIN) && scalar.tag !== "!";
}

function readInteger(text: string): bigint | undefined {
  const [, sign, digits] = decimal.exec(text) ?? hexadecimal.exec(text) ?? [];
  if (digits !== undefined) return signed(sign, BigInt(digits));
  const [, octalSign, octalDigits] = octal.exec(text) ?? [];
  return octalDigits === undefined ? undefined : signed(octalSign, BigInt(`0o${octalDigits}`));
}

function signed(sign: string | undefined, value: bigint): bigint {
  return sign === "-" ? -value : value;
}
