import { shellScript } from "./shell-script.ts";

/** Works from `eval` and as a file `_devenv` on `fpath`. */
export const zshScript = shellScript`
#compdef devenv
# Completion of devenv for zsh; in ~/.zshrc: eval "$(devenv completion zsh)"
_devenv() {
  local -a typed found
  local line files program
  typed=("@{(@Q)words[1,CURRENT]}")
  program=@{typed[1]/#\~\//$HOME/}
  for line in "@{(@f)$("$program" completion -- "@{(@)typed[2,-1]}" 2>/dev/null </dev/null)}"; do
    case $line in
      $'\t'*) files=1 ;;
      *$'\t'*) found+=("@{@{line%%$'\t'*}//:/\\:}:@{line#*$'\t'}") ;;
    esac
  done
  (( $#found )) && _describe -V devenv found
  [[ -n $files ]] && _files
}
if [[ $funcstack[1] == _devenv ]]; then
  _devenv "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _devenv devenv
fi
`;
