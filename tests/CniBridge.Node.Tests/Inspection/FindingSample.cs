using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Tests.Inspection;

/// <summary>A method that creates a kind of finding. Tests call it with values that they recognize in the texts.</summary>
sealed partial class FindingSample(MethodInfo method)
{
    readonly ParameterInfo[] _parameters = method.GetParameters();

    /// <summary>All methods of the program that create a finding.</summary>
    internal static IReadOnlyList<FindingSample> All { get; } =
    [
        .. typeof(Finding).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(Finding).Namespace && type != typeof(Finding))
            .SelectMany(
                type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(method => method.ReturnType == typeof(Finding))
            .Select(method => new FindingSample(method)),
    ];

    internal string Name => $"{method.DeclaringType!.Name}.{method.Name}";

    internal IEnumerable<string> Parameters => _parameters.Select(parameter => parameter.Name!);

    /// <summary>Returns the finding with a value for each parameter.</summary>
    /// <param name="changed">A parameter that gets another value; null for none.</param>
    internal Finding Create(string? changed = null) => Create(parameter => ValueOf(parameter, isOther: parameter.Name == changed));

    /// <summary>Returns the finding with one text as the value of each parameter that is a text.</summary>
    internal Finding CreateWith(string text) => Create(parameter => parameter.ParameterType == typeof(string)
        ? text
        : parameter.ParameterType == typeof(IReadOnlyList<string>) ? new[] { text, text } : ValueOf(parameter, isOther: false));

    Finding Create(Func<ParameterInfo, object> value) => (Finding)method.Invoke(null, Array.ConvertAll(_parameters, value.Invoke))!;

    object ValueOf(ParameterInfo parameter, bool isOther)
    {
        var number = parameter.Position + (isOther ? 100 : 0);
        var word = Placeholder(parameter) + (isOther ? "_2" : "");
        return parameter.ParameterType switch
        {
            var type when type == typeof(string) => word,
            var type when type == typeof(IReadOnlyList<string>) => new[] { word },
            var type when type == typeof(ShellCommand) => ShellCommand.Create(word),
            var type when type == typeof(long) => 900_000L + number,
            var type when type == typeof(Cidr) => Cidr.Parse(string.Create(CultureInfo.InvariantCulture, $"10.{number}.0.0/16")),
            var type when type == typeof(IpAddress) => IpAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.{number}.0.1")),
            var type when type == typeof(UnixFileMode) => (UnixFileMode)(isOther ? 0b111 : 0b111_111_000_000),
            var type when type == typeof(AddressFamily) => isOther ? AddressFamily.IPv4 : AddressFamily.IPv6,
            var type when type == typeof(NodeOrigin) => isOther ? new NodeOrigin("FILE") : NodeOrigin.Kubernetes,
            var type => throw new NotSupportedException($"{Name} has a parameter of the type {type}: add a value for it"),
        };
    }

    /// <summary>Returns the name that docs/doctor.md has for a value: newName is NEW_NAME.</summary>
    static string Placeholder(ParameterInfo parameter) =>
        CapitalPattern().Replace(parameter.Name!, "_$0").ToUpperInvariant();

    /// <summary>Returns the row of the finding in docs/doctor.md, with names in place of the values.</summary>
    internal string DocumentRow()
    {
        var finding = Create();
        var origin = _parameters.FirstOrDefault(parameter => parameter.ParameterType == typeof(NodeOrigin));
        var fix = $"`{Cell(finding.Fix)}`";
        if (origin is not null)
            fix = $"`{Cell(Create(origin.Name).Fix)}` or {fix}";
        var severity = finding.Severity == Severity.Error ? "error" : "warning";
        return $"| `{finding.Id}` | {severity} | {Cell(finding.What)} | {Cell(finding.Why)} | {fix} |";
    }

    string Cell(string text)
    {
        foreach (var parameter in _parameters)
        {
            var value = ValueOf(parameter, isOther: false);
            if (value is UnixFileMode)
                text = text.Replace("7700", Placeholder(parameter), StringComparison.Ordinal);
            else if (value is long or Cidr or IpAddress)
                text = text.Replace(
                    string.Create(CultureInfo.InvariantCulture, $"{value}"), Placeholder(parameter), StringComparison.Ordinal);
            else if (value is AddressFamily)
                text = FamilyOf(text);
        }
        return text.Replace("ip -4 ", "ip FAMILY ", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
    }

    static string FamilyOf(string text) => text.Replace("ip6tables-legacy", "COMMAND", StringComparison.Ordinal)
        .Replace("IPv6", "FAMILY", StringComparison.Ordinal).Replace("ipv6", "CONF", StringComparison.Ordinal);

    [GeneratedRegex("[A-Z]")]
    private static partial Regex CapitalPattern();
}
