"""What an installed mitmvcr gives to a shell and to a mitmproxy of somebody else."""

import sys
from importlib.util import find_spec

import click
from click.shell_completion import get_completion_class

#: Where a completion belongs, as each shell's manual has it.
PLACES = {
    "bash": "~/.bashrc",
    "zsh": "~/.zshrc, after compinit",
    "fish": "~/.config/fish/completions/mitmvcr.fish",
}
#: What runs in each shell, and has click say what may follow. click's own scripts know
#: nothing of a value in its option's word, behind a =: bash hands that over in
#: three words, fish and zsh want all of it back; and fish's cut a help at its comma.
_SCRIPTS = {
    "bash": r"""%(complete_func)s() {
    local IFS=$'\n' at kind value joins=
    local -a words=()
    for ((at = 0; at <= COMP_CWORD; at++)); do
        value=${COMP_WORDS[at]}
        if [[ -n $joins || ($value == "=" && $at -gt 1) ]]; then
            words[${#words[@]} - 1]+=$value
            [[ $value == "=" ]] && joins=yes || joins=
        else
            words+=("$value")
        fi
    done
    COMPREPLY=()
    while IFS=, read -r kind value; do
        case $kind in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(env COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1)) \
        %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
""",
    "zsh": r"""#compdef %(prog_name)s
%(complete_func)s() {
    local kind value help
    local -a found plain told
    (( $+commands[%(prog_name)s] )) || return 1
    found=("${(@f)$(env COMP_WORDS="${(F)words}" COMP_CWORD=$((CURRENT - 1)) \
        %(complete_var)s=zsh_complete %(prog_name)s)}")
    [[ $PREFIX == --*=* ]] && compset -P "${PREFIX%%%%=*}="
    for kind value help in $found; do
        case $kind in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            plain) [[ $help == _ ]] && plain+=("$value") || told+=("$value:$help") ;;
        esac
    done
    if (( $#told )); then _describe -V unsorted told; fi
    if (( $#plain )); then compadd -V unsorted -a plain; fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
""",
    "fish": r"""function %(complete_func)s
    set -l key (string match -r -- '^--[^=]+=' (commandline -ct))
    for found in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
            COMP_CWORD=(commandline -ct) %(prog_name)s)
        set -l parts (string split -m 1 , -- $found)
        switch $parts[1]
            case dir
                __fish_complete_directories $parts[2] '' | string replace -r -- ^ "$key"
            case file
                __fish_complete_path $parts[2] | string replace -r -- ^ "$key"
            case plain
                printf '%%s%%s\n' "$key" $parts[2]
        end
    end
end
complete --no-files --command %(prog_name)s --arguments '(%(complete_func)s)'
""",
}


def print_addon_path() -> None:
    """Print the script that mitmproxy's ``-s`` takes."""
    found = find_spec("mitmvcr.standalone")
    assert found is not None
    click.echo(found.origin)


def print_completion(app: click.Command, shell: str) -> None:
    """Print the script that completes ``mitmvcr`` in a shell; at a terminal say on
    stderr where it belongs."""
    kind = get_completion_class(shell)
    assert kind is not None
    if sys.stdout.isatty():
        click.echo(f"# this belongs in {PLACES[shell]}", err=True)
    made = kind(app, {}, "mitmvcr", "_MITMVCR_COMPLETE")
    made.source_template = _SCRIPTS[shell]  # type: ignore[misc] # of this one
    click.echo(made.source(), nl=False)
