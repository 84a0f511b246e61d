# fish completion for keratin(1): commands, the options that a command's --help names, files.
function __keratin_options
    set -l words (commandline -opc)
    $words[1] $words[2] --help 2>/dev/null | string match -ar -- '--[a-z][a-z-]*' | sort -u
end
complete -c keratin -n __fish_use_subcommand -f -a "summary predict evaluate convert plot --help --version"
complete -c keratin -n "not __fish_use_subcommand; and string match -q -- '-*' (commandline -ct)" -a "(__keratin_options)"
