# SPDX-License-Identifier: MIT
# Completion of lsearch's commands, options and their values for bash, installed as
# share/bash-completion/completions/lsearch. It asks `lsearch --help`, and so knows what the program knows.
_lsearch() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command="" i
  local -a help
  COMPREPLY=()
  mapfile -t help < <("${COMP_WORDS[0]}" --help 2>/dev/null)
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} != -* ]]; then
      command=${COMP_WORDS[i]}
      break
    fi
  done
  if [[ -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "--help --version $(printf '%s\n' "${help[@]}" | sed -n 's/^lsearch \([a-z]*\) .*/\1/p')" -- "$word")
    return
  fi
  case $before in
    --engine) mapfile -t COMPREPLY < <(compgen -W "native xapian" -- "$word"); return ;;
    --markup) mapfile -t COMPREPLY < <(compgen -W "plain html" -- "$word"); return ;;
    --fold | --by) mapfile -t COMPREPLY < <(compgen -W "signature content" -- "$word"); return ;;
    --total) mapfile -t COMPREPLY < <(compgen -W "exact bound none" -- "$word"); return ;;
    --color) mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word"); return ;;
    --model) mapfile -t COMPREPLY < <(compgen -W "default bm25 bm25-xapian bm25+ bm25l tf-idf pl2 dph lm-dirichlet lm-jm boolean" -- "$word"); return ;;
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "--engine $(printf '%s\n' "${help[@]}" | awk -v command="$command" '
      /^lsearch / { mine = $2 == command }
      mine && /^      -/ { print $1 }')" -- "$word")
    return
  fi
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
complete -F _lsearch lsearch
