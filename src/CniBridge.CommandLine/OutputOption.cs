using System.CommandLine;

namespace CniBridge.CommandLine;

/// <summary>The option --output: text, json, and further formats of some commands.</summary>
sealed class OutputOption
{
    internal const string Text = "text";
    internal const string Json = "json";

    readonly Option<string> _option;

    internal OutputOption(params string[] more)
    {
        string[] ways = [Text, Json, .. more];
        _option = new Option<string>("--output", "-o")
        {
            Description = $"Output format: {string.Join(", ", ways[..^1])} or {ways[^1]}.",
            DefaultValueFactory = _ => Text,
        };
        _option.AcceptOneOf(ways);
    }

    internal void AddTo(Command command) => command.Add(_option);

    internal string GetValue(ParseResult parsed) => parsed.GetRequiredValue(_option);

    internal bool IsJson(ParseResult parsed) => GetValue(parsed) == Json;
}
