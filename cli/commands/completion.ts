import { defineCommand } from "../command.ts";
import { completionScript, shells } from "../completion/completion-script.ts";

export const completion = defineCommand({
  summary: "Print a completion script for a shell",
  description: [
    "The script asks wasm itself what fits, so it stays right when wasm changes: commands, flags and their values, the images in the local store, the registries you are logged in to.",
  ],
  arguments: {
    shell: { value: "SHELL", description: "the shell that you use", choices: shells, question: "Which shell?" },
  },
  flags: {},
  examples: [
    { text: "for this bash session; in ~/.bashrc, for every one", command: "source <(wasm completion bash)" },
    { text: "for every zsh session, where ~/.zfunc is in $fpath", command: "wasm completion zsh > ~/.zfunc/_wasm" },
    { text: "for every fish session", command: "wasm completion fish > ~/.config/fish/completions/wasm.fish" },
  ],

  async run(context, { arguments: { shell } }) {
    context.out(await completionScript(shell));
  },
});
