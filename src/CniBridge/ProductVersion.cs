using System.Reflection;

namespace CniBridge;

/// <summary>The version in Directory.Build.props.</summary>
static class ProductVersion
{
    static readonly string[] s_parts =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');

    internal static string Number => s_parts[0];

    /// <summary>What it was built from; null where that was no repository.</summary>
    internal static string? Commit => s_parts.Length > 1 ? s_parts[1] : null;

    internal static string Text => $"cni-bridge {string.Join('+', s_parts)}";
}
