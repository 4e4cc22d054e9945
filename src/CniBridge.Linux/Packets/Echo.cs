using CniBridge.Linux.Addresses;

namespace CniBridge.Linux.Packets;

/// <summary>An echo request (ping) of one size, and its answer.</summary>
/// <param name="Target">The address that must answer.</param>
/// <param name="Size">The length of the IP packet in bytes, which routers must not fragment.</param>
public sealed record Echo(IpAddress Target, int Size)
{
    /// <summary>The time until the answer came; null without an answer.</summary>
    public TimeSpan? RoundTrip { get; internal set; }

    internal long SentAt { get; set; }
}
