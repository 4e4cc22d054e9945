namespace CniBridge.Plugins.HostLocal.Liveness;

/// <summary>A network namespace in which an address was found, and what tells whose it is.</summary>
/// <param name="Cookie">See <see cref="Linux.Namespaces.NamespaceCookie"/>.</param>
/// <param name="Aliases">The aliases of the host veths of attachments whose other end is in the namespace.</param>
sealed record OccupiedNamespace(ulong Cookie, IReadOnlyList<string> Aliases);
