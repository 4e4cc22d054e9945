using System.CommandLine;
using System.Text;

namespace CniBridge.CommandLine;

/// <summary>Manual pages in roff (man(7)).</summary>
static class ManualPage
{
    /// <summary>Returns the page of a program without commands.</summary>
    /// <param name="summary">What the program does, for the section NAME.</param>
    internal static string Create(RootCommand root, string program, string summary, IEnumerable<string> examples)
    {
        var text = new StringBuilder(
            $".TH {Escape(program.ToUpperInvariant())} 8\n.SH NAME\n{Escape(program)} \\- {Escape(summary)}\n" +
            $".SH SYNOPSIS\n.B {Escape(program)}\n[options]\n.SH DESCRIPTION\n{Escape(root.Description)}\n.SH OPTIONS\n");
        foreach (var option in root.Options.Where(option => !option.Hidden))
            text.Append($".TP\n.B {Escape(NameOf(option))}\n{Escape(option.Description)}\n");
        text.Append(".SH EXAMPLES\n");
        foreach (var example in examples)
            text.Append($".PP\n.nf\n{Escape(example)}\n.fi\n");
        return text.Append(".SH EXIT STATUS\n0 after a signal, 1 error\n.SH SEE ALSO\n.BR cni\\-bridge (8)\n").ToString();
    }

    /// <summary>Returns the name of an option after its aliases, without those of Windows.</summary>
    internal static string NameOf(Option option) => string.Join(
        ", ", [.. option.Aliases.Where(alias => !alias.StartsWith('/')).Order(StringComparer.Ordinal), option.Name]);

    /// <summary>Escapes text for roff: backslashes, hyphens, and a dot or quote at the start of a line.</summary>
    internal static string Escape(string? text)
    {
        var escaped = (text ?? "").Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped is ['.' or '\'', ..] ? "\\&" + escaped : escaped;
    }
}
