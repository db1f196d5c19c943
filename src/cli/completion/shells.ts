/** The shells that there is a script for: how a shell reads it when it starts, and the script. */
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

interface Shell {
  readonly file: string;
  readonly line: string;
  readonly script: string;
}

const shells: Readonly<Record<string, Shell>> = {
  bash: { file: "~/.bashrc", line: 'eval "$(devenv completion bash)"', script: bashScript },
  zsh: { file: "~/.zshrc", line: 'eval "$(devenv completion zsh)"', script: zshScript },
  fish: { file: "~/.config/fish/config.fish", line: "devenv completion fish | source", script: fishScript },
};

export const shellNames: readonly string[] = Object.keys(shells);

export function findShell(name: string): Shell | undefined {
  return Object.hasOwn(shells, name) ? shells[name] : undefined;
}
