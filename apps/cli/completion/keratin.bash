# bash completion for keratin(1): commands, the options that a command's --help names, files.
_keratin() {
  local word=${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "summary predict evaluate convert plot --help --version" -- "$word")
  elif [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[1]}" --help 2> /dev/null | grep -oE -- '--[a-z][a-z-]*')" -- "$word" | sort -u)
  else
    compopt -o default 2> /dev/null   # files
    COMPREPLY=()
  fi
}
complete -F _keratin keratin
