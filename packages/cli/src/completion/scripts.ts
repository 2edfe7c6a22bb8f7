/** Each asks `dts complete -- <words up to the cursor>`, which answers a suggestion a line: value, tab, what it is. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** Without suggestions the shell offers files. Needs nothing of the bash-completion package; runs in bash 3.2. */
const BASH = `# dts completion for bash: source <(dts completion bash)
_dts() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(dts complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  # key= goes on with its value.
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _dts dts
`;

const ZSH = `#compdef dts
# dts completion for zsh: source <(dts completion zsh)
_dts() {
  local line value
  local -a plain open
  for line in "\${(@f)$(dts complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n "$line" ]] || continue
    value="\${line%%$'\\t'*}"
    if [[ "$value" == *= ]]; then open+=("\${value//:/\\\\:}:\${line#*$'\\t'}"); else plain+=("\${value//:/\\\\:}:\${line#*$'\\t'}"); fi
  done
  if (( \${#plain} + \${#open} == 0 )); then _files; return; fi
  (( \${#plain} )) && _describe dts plain
  (( \${#open} )) && _describe dts open -S ''
}
if [[ "\${funcstack[1]}" == _dts ]]; then _dts "$@"; else compdef _dts dts; fi
`;

const FISH = `# dts completion for fish: dts completion fish | source
function __dts_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (dts complete -- $words[2..-1] 2>/dev/null)
  if test (count $found) -eq 0
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c dts -f -a '(__dts_complete)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
