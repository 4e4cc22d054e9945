using CniBridge.Linux.Files;

namespace CniBridge.Linux.Namespaces;

/// <summary>
/// The number that the kernel gives to a network namespace and to no other until the node is booted. It gives inode numbers again as
/// soon as a namespace is gone.
/// </summary>
public static unsafe class NamespaceCookie
{
    /// <summary>No number is known: the kernel has none (Linux before 5.14), or this process may not ask for it.</summary>
    public const ulong Unknown = 0;

    /// <summary>Returns the number of the namespace at a path, or <see cref="Unknown"/>.</summary>
    /// <param name="path">A path that leads to a network namespace, as its identity shows. Others are opened, too.</param>
    public static ulong Of(string path)
    {
        try
        {
            using var place = NetworkNamespace.TryOpen(path);
            return place is null ? Unknown : Of(place);
        }
        // The identity by the inode number remains.
        catch (Exception e) when (e.IsIoFailure())
        {
            return Unknown;
        }
    }

    /// <summary>Returns the number of a namespace, or <see cref="Unknown"/>.</summary>
    public static ulong Of(NetworkNamespace place)
    {
        ulong cookie;
        return LibC.ioctl(place.Descriptor, LibC.NS_GET_ID, &cookie) == 0 ? cookie : OfSocketIn(place);
    }

    /// <summary>Returns the same from a socket inside the namespace, which kernels before 6.18 need.</summary>
    internal static ulong OfSocketIn(NetworkNamespace place)
    {
        try
        {
            return place.Run(OfCurrent);
        }
        catch (KernelException)
        {
            return Unknown;
        }
    }

    static ulong OfCurrent()
    {
        using var socket = Descriptor.OpenSocket(LibC.AF_UNIX, LibC.SOCK_DGRAM, 0);
        ulong cookie;
        socklen_t length = sizeof(ulong);
        return LibC.getsockopt(socket.Number, LibC.SOL_SOCKET, LibC.SO_NETNS_COOKIE, &cookie, &length) == 0 ? cookie : Unknown;
    }

    /// <summary>Returns false only if both numbers are known and differ.</summary>
    public static bool MayBeSame(ulong one, ulong other) => one == Unknown || other == Unknown || one == other;
}
