namespace CniBridge.Plugins.Inspection;

/// <summary>A network namespace of a pod.</summary>
/// <param name="Path">A mount point of the namespace, or the namespace file of one of its processes.</param>
/// <param name="Identity">Device and inode; see <see cref="Linux.SmallFile.IdentityOf"/>.</param>
public sealed record PodNamespace(string Path, string Identity);
