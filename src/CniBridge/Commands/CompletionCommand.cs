using System.CommandLine;
using CniBridge.CommandLine;

namespace CniBridge.Commands;

/// <summary>
/// The command completion: prints a completion script. The script asks the installed program for the words, so it never
/// becomes outdated.
/// </summary>
static class CompletionCommand
{
    const string Bash = """
        _cni_bridge() {
            local IFS=$'\n'
            local line=${COMP_LINE:0:COMP_POINT}
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2> /dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o filenames -F _cni_bridge cni-bridge

        """;

    const string Zsh = """
        #compdef cni-bridge
        _cni_bridge() {
            local line=${BUFFER[1,CURSOR]}
            local -a found
            found=(${(f)"$(${words[1]} "[suggest:${#line}]" "$line" 2> /dev/null)"})
            if (( ${#found} )); then compadd -a found; else _files; fi
        }
        compdef _cni_bridge cni-bridge

        """;

    const string Fish = """
        function __cni_bridge
            set -l line (commandline -cp)
            cni-bridge "[suggest:"(string length -- "$line")"]" "$line" 2> /dev/null
        end
        complete -c cni-bridge -a "(__cni_bridge)"

        """;

    internal static Command Completion()
    {
        var shell = new Argument<string>("shell") { Description = "Shell: bash, zsh or fish." };
        shell.AcceptOneOf("bash", "zsh", "fish");
        var command = new Command("completion", "Print a shell completion script.") { shell };
        command.SetReportedAction(parsed =>
        {
            OperatorCommands.Print(ScreenText.Document(parsed.GetRequiredValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Fish,
            }));
            return ExitCode.Success;
        });
        return command;
    }
}
