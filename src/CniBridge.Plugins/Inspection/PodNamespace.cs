namespace CniBridge.Plugins.Inspection;

/// <summary>A network namespace.</summary>
/// <param name="Path">Where it is mounted, or one of its processes.</param>
/// <param name="Identity">See <see cref="Linux.SmallFile.IdentityOf"/>.</param>
public sealed record PodNamespace(string Path, string Identity);
