using System.Reflection;

namespace CniBridge.CommandLine;

/// <summary>The version from Directory.Build.props and the commit of this build.</summary>
static class ProductVersion
{
    static readonly string[] s_parts =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');

    internal static string Number => s_parts[0];

    /// <summary>The commit that this program was built from; null if the sources were not in a Git repository.</summary>
    internal static string? Commit => s_parts.Length > 1 ? s_parts[1] : null;

    /// <summary>"release" for a program that scripts/release built, otherwise "development".</summary>
    internal static string BuildKind { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(item => item.Key == "BuildKind").Value!;

    internal static string Text => $"cni-bridge {string.Join('+', s_parts)}";
}
