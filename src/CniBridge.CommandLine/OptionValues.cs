using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace CniBridge.CommandLine;

/// <summary>Checks for values of options and arguments. Their errors contain the value and the allowed values.</summary>
static class OptionValues
{
    internal static void AcceptOneOf(this Option<string> option, params string[] values)
    {
        option.CompletionSources.Add(values);
        option.Validators.Add(result => Check(result, option.Name, values));
    }

    internal static void AcceptOneOf(this Argument<string> argument, params string[] values)
    {
        argument.CompletionSources.Add(values);
        argument.Validators.Add(result => Check(result, argument.Name, values));
    }

    static void Check(SymbolResult result, string name, string[] values)
    {
        foreach (var token in result.Tokens)
        {
            if (!values.Contains(token.Value))
                result.AddError($"invalid {name} \"{token.Value}\": use {string.Join(", ", values)}");
        }
    }

    /// <summary>Parses a number from 0 to <see cref="int.MaxValue"/>.</summary>
    internal static int ParseCount(ArgumentResult result)
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return count;
        result.AddError($"invalid {NameOf(result)} \"{string.Join(' ', result.Tokens)}\": use a number from 0 to {int.MaxValue}");
        return 0;
    }

    static string NameOf(ArgumentResult result) =>
        result.Parent is OptionResult { Option: var option } ? option.Name : result.Argument.Name;
}
