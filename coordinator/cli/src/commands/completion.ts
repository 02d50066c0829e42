import { Argument, type Command, type Option } from 'commander';
import { say } from '../output/output.ts';

/** A command as a shell completes it. */
interface Node {
  /** The command and those above it, such as `murmuration tokens create`. */
  readonly path: string;
  /** What may follow it: subcommands and options, each with its description. */
  readonly words: readonly (readonly [word: string, description: string])[];
  /** Flags that a value follows, with the values where they are few. */
  readonly values: readonly (readonly [flag: string, choices: readonly string[]])[];
}

const shells = { bash, zsh, fish } as const;

/** `murmuration completion SHELL`: a script made of the tree of commands. */
export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a completion script for a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      `
bash: source <(murmuration completion bash)
zsh:  murmuration completion zsh > "\${fpath[1]}/_murmuration"
fish: murmuration completion fish > ~/.config/fish/completions/murmuration.fish`,
    )
    .action((shell: keyof typeof shells) => say(completionScript(program, shell)));
}

/** The script for a shell. */
export function completionScript(program: Command, shell: keyof typeof shells): string {
  return shells[shell](program.name(), nodesOf(program, program.name()));
}

function nodesOf(command: Command, path: string): Node[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  // What is asked of a group is asked of its default command.
  const byDefault = commands.find(
    child =>
      child.name() === (command as unknown as { _defaultCommandName: string | null })._defaultCommandName,
  );
  const options = [...help.visibleOptions(command), ...(byDefault ? help.visibleOptions(byDefault) : [])];
  const flags = new Map(options.flatMap(option => flagsOf(option).map(flag => [flag, option] as const)));
  return [
    {
      path,
      words: [
        ...commands.map(child => [child.name(), child.description()] as const),
        ...command.registeredArguments.flatMap(argument =>
          (argument.argChoices ?? []).map(choice => [choice, argument.description] as const),
        ),
        ...Array.from(flags, ([flag, { description }]) => [flag, description] as const).filter(([flag]) =>
          flag.startsWith('--'),
        ),
      ],
      values: Array.from(flags)
        .filter(([, { required, optional }]) => required || optional)
        .map(([flag, { argChoices }]) => [flag, argChoices ?? []] as const),
    },
    ...commands.flatMap(child => nodesOf(child as Command, `${path} ${child.name()}`)),
  ];
}

function flagsOf({ short, long }: Option): string[] {
  return [short, long].filter(flag => flag !== undefined && flag !== null);
}

function bash(name: string, nodes: readonly Node[]): string {
  return `_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} at=${name} word words=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${descend(nodes)}
  done
  case "$at $before" in
${cases(nodes.flatMap(({ path, values }) => values.map(([flag, choices]) => [`${path} ${flag}`, `words=${quoted(choices.join(' '))}`] as const)))}
    *) case "$at" in
${cases(nodes.map(({ path, words }) => [path, `words=${quoted(words.map(([word]) => word).join(' '))}`] as const))}
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}`;
}

function zsh(name: string, nodes: readonly Node[]): string {
  const list = (words: Node['words']) =>
    words.map(([word, description]) => quoted(`${word.replaceAll(':', '\\:')}:${description}`)).join(' ');
  return `#compdef ${name}
_${name}() {
  local at=${name} word
  local -a candidates
  for word in "\${(@)words[2,CURRENT-1]}"; do
${descend(nodes)}
  done
  case "$at \${words[CURRENT-1]}" in
${cases(nodes.flatMap(({ path, values }) => values.map(([flag, choices]) => [`${path} ${flag}`, choices.length > 0 ? `compadd -- ${choices.map(quoted).join(' ')}; return` : '_files; return'] as const)))}
  esac
  case "$at" in
${cases(nodes.map(({ path, words }) => [path, `candidates=(${list(words)})`] as const))}
  esac
  _describe ${name} candidates || _files
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then _${name} "$@"; else compdef _${name} ${name}; fi`;
}

function fish(name: string, nodes: readonly Node[]): string {
  const rules = nodes.flatMap(({ path, words, values }) => {
    const taking = new Map(values);
    return words.map(([word, description]) => {
      const choices = taking.get(word);
      const value =
        choices === undefined ? '' : choices.length > 0 ? ` -x -a ${fishQuoted(choices.join(' '))}` : ' -r';
      const what = word.startsWith('--') ? `-l ${word.slice(2)}${value}` : `-a ${word}`;
      return `complete -c ${name} -n '__${name}_at ${fishQuoted(path).replaceAll("'", '"')}' ${what} -d ${fishQuoted(description)}`;
    });
  });
  return `function __${name}_at
  set -l at ${name}
  for word in (commandline -opc)[2..-1]
    switch "$at $word"
      case ${below(nodes).map(fishQuoted).join(' ')}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${rules.join('\n')}`;
}

/** Where the words before the one that is completed lead, in the syntax that bash and zsh share. */
function descend(nodes: readonly Node[]): string {
  return `    case "$at $word" in
      ${below(nodes).map(quoted).join(' | ')}) at="$at $word" ;;
    esac`;
}

function below(nodes: readonly Node[]): string[] {
  return nodes.slice(1).map(({ path }) => path);
}

function cases(all: readonly (readonly [pattern: string, action: string])[]): string {
  return all.map(([pattern, action]) => `      ${quoted(pattern)}) ${action} ;;`).join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
