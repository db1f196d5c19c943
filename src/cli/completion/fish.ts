import { shellScript } from "./shell-script.ts";

export const fishScript = shellScript`
# Completion of devenv for fish; in ~/.config/fish/config.fish: devenv completion fish | source
function __devenv_complete
    set -l typed (commandline --tokenize --current-process --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor | string unescape)
    for line in ($typed[1] completion -- $typed[2..] "$current" 2>/dev/null </dev/null)
        if string match --quiet --regex '^\t' -- $line
            __fish_complete_path "$current"
        else if string match --quiet --regex '\t' -- $line
            echo $line
        end
    end
end
complete --command devenv --no-files --arguments '(__devenv_complete)'
`;
