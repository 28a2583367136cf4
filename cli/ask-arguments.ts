import { formatReference } from "#oci";
import type { Argument, Command, Input } from "./command.ts";
import type { Context } from "./context.ts";
import type { Prompts } from "./env.ts";
import { usageError } from "./errors.ts";
import { existingStore } from "./images.ts";
import type { Parsed } from "./parse.ts";

/**
 * Asks for the arguments that are missing, where somebody can answer.
 *
 * @throws {CliError} USAGE, naming the first, where nobody can
 */
export async function askArguments(context: Context, command: Command, { input, missing }: Parsed): Promise<Input> {
  if (missing.length === 0) return input;
  const prompts = await context.prompts();
  const answers: Record<string, string> = {};
  for (const name of missing) {
    const argument = command.arguments[name];
    if (!argument) continue;
    if (!prompts) throw usageError(`${argument.value} is missing`, { hint: describe(argument) });
    answers[name] = await ask(context, prompts, argument);
  }
  return { ...input, arguments: { ...input.arguments, ...answers } };
}

async function ask(context: Context, prompts: Prompts, argument: Argument): Promise<string> {
  const message = argument.question ?? argument.description;
  if (argument.choices) {
    return prompts.select(
      message,
      argument.choices.map((value) => ({ value, label: value })),
    );
  }
  const stored = argument.isStored ? await storedImages(context) : [];
  if (stored.length > 0) return prompts.select(message, stored);
  return prompts.text({ message, validate: (answer) => (answer === "" ? "an answer is needed" : undefined) });
}

async function storedImages(context: Context): Promise<{ value: string; label: string; hint: string }[]> {
  const images = (await (await existingStore(context))?.list()) ?? [];
  return images.map(({ reference, manifest }) => {
    const name = formatReference(reference);
    return { value: name, label: name, hint: manifest.digest.slice(0, "sha256:".length + 12) };
  });
}

function describe({ value, description, choices }: Argument): string {
  return `${value} is ${choices ? `one of ${choices.join(", ")}` : description}`;
}
