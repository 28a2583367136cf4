import { RootCommand } from "@bomb.sh/tab";
import { defineCommand } from "../command.ts";

export const completion = defineCommand({
  summary: "Print a completion script for a shell",
  description: ["The script asks wasm itself what fits, so it stays right when wasm changes."],
  arguments: { shell: { value: "SHELL", description: "the shell that you use", choices: ["bash", "zsh", "fish"] } },
  flags: {},
  examples: [
    { text: "for this bash session", command: "source <(wasm completion bash)" },
    { text: "for every fish session", command: "wasm completion fish > ~/.config/fish/completions/wasm.fish" },
  ],

  // The library prints the script itself.
  async run(_context, { arguments: { shell } }) {
    new RootCommand().setup("wasm", "wasm", shell);
  },
});
