using System.Reflection;

namespace CniBridge;

/// <summary>The version in Directory.Build.props.</summary>
static class ProductVersion
{
    internal static string Text { get; } =
        "cni-bridge " + typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
