using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>The reserved addresses of a store, taken from the names of its files; the files are not read.</summary>
static class ReservedAddresses
{
    /// <summary>Lists the addresses; the result grows with the number of pods. Returns null if there is no such directory.</summary>
    /// <param name="store">The directory of the reservations.</param>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    internal static List<IpAddress>? TryList(string store)
    {
        if (!Directory.Exists(store))
            return null;
        var addresses = new List<IpAddress>();
        foreach (var path in Directory.EnumerateFiles(store))
        {
            if (IpAddress.TryParse(Path.GetFileName(path.AsSpan()), out var address))
                addresses.Add(address);
        }
        return addresses;
    }
}
