using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CniBridge.Conventions.Tests;

/// <summary>Finds the texts that people read: summaries, comments and strings of C# files, and paragraphs of Markdown files.</summary>
static partial class ProseReader
{
    /// <summary>Returns the summary of each documented type and member below a directory.</summary>
    internal static IReadOnlyList<Prose> Summaries(string directory) =>
        [.. Repository.Sources(directory).SelectMany(path => Parse(path).GetRoot().DescendantNodes(descendIntoTrivia: true)
            .OfType<XmlElementSyntax>()
            .Where(element => element.StartTag.Name.LocalName.Text == "summary")
            .Select(element => Create(path, element, Plain(element))))];

    /// <summary>Returns each comment, documentation element and string literal below a directory.</summary>
    internal static IReadOnlyList<Prose> Texts(string directory) =>
        [.. Repository.Sources(directory).SelectMany(path => CommentsAndStrings(path, Parse(path), hasStrings: true))];

    /// <summary>Returns each line of the files below a directory, without the parts that are inside raw string literals.</summary>
    internal static IEnumerable<Prose> LinesWithoutRawText(string directory)
    {
        foreach (var path in Repository.Sources(directory))
        {
            var text = File.ReadAllText(path);
            if (!text.Split('\n').Any(line => line.Length > WritingTests.MaxColumns))
                continue;
            var raw = Parse(path).GetRoot().DescendantNodes(node => !IsRawString(node)).Where(IsRawString)
                .Select(node => node.Span).ToList();
            var lines = Microsoft.CodeAnalysis.Text.SourceText.From(text).Lines;
            foreach (var line in lines)
            {
                var hidden = raw.Sum(span => line.Span.Overlap(span)?.Length ?? 0);
                yield return new Prose(Repository.Relative(path), line.LineNumber + 1, line.ToString()[..^hidden]);
            }
        }
    }

    /// <summary>Returns each comment and documentation element below a directory.</summary>
    internal static IReadOnlyList<Prose> Comments(string directory) =>
        [.. Repository.Sources(directory).SelectMany(path => CommentsAndStrings(path, Parse(path), hasStrings: false))];

    static bool IsRawString(SyntaxNode node) => node switch
    {
        LiteralExpressionSyntax literal => literal.Token.Text.StartsWith("\"\"\"", StringComparison.Ordinal),
        InterpolatedStringExpressionSyntax text => text.StringStartToken.Text.TrimEnd().EndsWith("\"\"\"", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Returns the names of tests below a directory, with spaces between the words.</summary>
    internal static IReadOnlyList<Prose> NamesOfTests(string directory) =>
        [.. Repository.Sources(directory).SelectMany(path => Parse(path).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(method => method.AttributeLists.SelectMany(list => list.Attributes)
                .Any(attribute => attribute.Name.ToString() is "Fact" or "Theory"))
            .Select(method => Create(path, method, method.Identifier.Text.Replace('_', ' '))))];

    /// <summary>Returns the paragraphs, list items and table cells of a Markdown text; code blocks are left out.</summary>
    internal static IEnumerable<Prose> Paragraphs(string path)
    {
        var isCode = false;
        var text = "";
        var (line, start) = (0, 1);
        foreach (var raw in File.ReadLines(path).Append(""))
        {
            line++;
            var isFence = raw.TrimStart().StartsWith("```", StringComparison.Ordinal);
            var isStart = isFence || isCode || raw.Trim().Length == 0 || BlockStart().IsMatch(raw);
            if (isStart && text.Length > 0)
            {
                foreach (var cell in text.StartsWith('|') ? text.Split('|') : [text])
                {
                    if (cell.Trim().Length > 0)
                        yield return new Prose(Repository.Relative(path), start, WithoutMarkup(cell));
                }
                text = "";
            }
            isCode ^= isFence;
            if (isCode || isFence || raw.Trim().Length == 0)
                continue;
            if (text.Length == 0)
                start = line;
            text = $"{text} {raw.Trim()}".Trim();
        }
    }

    static SyntaxTree Parse(string path) => CSharpSyntaxTree.ParseText(File.ReadAllText(path),
        new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.Parse), path);

    static IEnumerable<Prose> CommentsAndStrings(string path, SyntaxTree tree, bool hasStrings)
    {
        foreach (var trivia in tree.GetRoot().DescendantTrivia(descendIntoTrivia: true))
        {
            if (trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia)
                yield return new Prose(Repository.Relative(path), LineOf(trivia.GetLocation()), trivia.ToString().Trim('/', '*', ' '));
        }
        foreach (var token in tree.GetRoot().DescendantTokens(descendIntoTrivia: true))
        {
            if (token.IsKind(SyntaxKind.XmlTextLiteralToken) || (hasStrings && token.Kind() is SyntaxKind.StringLiteralToken
                or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
                or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.Utf8StringLiteralToken))
                yield return new Prose(Repository.Relative(path), LineOf(token.GetLocation()), token.ValueText.Trim());
        }
    }

    static Prose Create(string path, SyntaxNode node, string text) => new(Repository.Relative(path), LineOf(node.GetLocation()), text);

    static int LineOf(Location location) => location.GetLineSpan().StartLinePosition.Line + 1;

    static string Plain(XmlElementSyntax element)
    {
        var text = string.Concat(element.Content.Select(node => node is XmlTextSyntax words
            ? string.Concat(
                words.TextTokens.Select(token => token.ValueText + (token.IsKind(SyntaxKind.XmlTextLiteralNewLineToken) ? " " : "")))
            : "x"));
        return Spaces().Replace(text, " ").Trim();
    }

    static string WithoutMarkup(string text) => Link().Replace(Code().Replace(text, "x"), "$1").TrimStart('#', '-', '*', '>', ' ').Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"!?\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\s*(\||#|[-*>+] |\d+\. )")]
    private static partial Regex BlockStart();
}
