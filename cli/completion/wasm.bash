# bash completion for wasm. For this session: source <(wasm completion bash)
# It needs nothing but bash 3.2 or newer.

_wasm() {
  # Bash ends words at : and =, which references and flags hold: what stood together is put together again.
  local line=$COMP_LINE word trimmed before candidate i
  local -a words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    trimmed=${line#"${line%%[![:space:]]*}"}
    if ((i > 0)) && [[ $trimmed == "$line" && -n $line ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    line=${trimmed#"$word"}
  done
  local current=${words[${#words[@]} - 1]}

  # Only what follows the last : or = is replaced.
  before=""
  [[ $current == *[:=]* ]] && before=${current%"${current##*[:=]}"}

  COMPREPLY=()
  while IFS= read -r candidate; do
    case $candidate in
    :files | :folders)
      local kind=-f
      [[ $candidate == :folders ]] && kind=-d
      compopt -o filenames 2>/dev/null
      while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
      done < <(compgen $kind -- "${current#"$before"}")
      ;;
    *)
      candidate=${candidate%%$'\t'*}
      COMPREPLY+=("${candidate#"$before"}")
      ;;
    esac
  done < <("$1" complete -- "${words[@]:1}" 2>/dev/null)
}

complete -F _wasm wasm
