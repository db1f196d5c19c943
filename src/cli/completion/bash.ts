import { shellScript } from "./shell-script.ts";

/** Also for bash 3.2, which macOS has: without `compopt`, and without negative indices. */
export const bashScript = shellScript`
# Completion of devenv for bash; in ~/.bashrc: eval "$(devenv completion bash)"
_devenv() {
  local -a typed
  local last=-1 joins= index word line kept
  # Readline breaks words at ":" and "=" too; devenv wants them whole and as the shell understands them.
  for ((index = 0; index <= COMP_CWORD; index++)); do
    word=@{COMP_WORDS[index]//[\"\'\\]/}
    if [[ $last -lt 0 || ( -z $joins && $word != [:=]* ) ]]; then
      last=$((last + 1))
      typed[last]=
    fi
    typed[last]+=$word
    case $word in *[:=]) joins=1 ;; *) joins= ;; esac
  done
  for ((index = 0; index <= last; index++)); do
    typed[index]=@{typed[index]/#\~\//$HOME/}
  done
  # Only what stands after the last break is replaced.
  case $word in [:=]*) word= ;; esac
  kept=@{typed[last]%"$word"}
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      $'\t'*) compopt -o default 2>/dev/null ;;
      *$'\t'*)
        line=@{line%%$'\t'*}
        COMPREPLY+=("@{line#"$kept"}")
        ;;
    esac
  done <<< "$("@{typed[0]}" completion -- "@{typed[@]:1:last}" 2>/dev/null </dev/null)"
}
if type compopt >/dev/null 2>&1; then
  complete -F _devenv devenv
else
  complete -o default -F _devenv devenv
fi
`;
