#compdef wasm
# zsh completion for wasm. For this session: source <(wasm completion zsh)
# For every session: wasm completion zsh > a file _wasm in a folder of $fpath.

_wasm() {
  local line paths
  local -a lines described
  lines=("${(@f)$(wasm complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "${lines[@]}"; do
    case $line in
      :files) paths=_files ;;
      :folders) paths='_files -/' ;;
      ?*) described+=("${${line%%$'\t'*}//:/\\:}${${(M)line:#*$'\t'*}:+:${line#*$'\t'}}") ;;
    esac
  done
  (( ${#described} )) && _describe -V wasm described
  if [[ -n $paths ]]; then
    compset -P '--*='
    ${(z)paths}
  fi
}

if [[ $funcstack[1] == _wasm ]]; then
  _wasm "$@"
else
  compdef _wasm wasm
fi
