using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using static CniBridge.Linux.Packets.PacketConstants;

namespace CniBridge.Linux.Packets;

/// <summary>A raw socket for echo requests of one address family (RFC 792, RFC 4443).</summary>
public sealed unsafe class EchoSocket : IDisposable
{
    const int HeaderLengthV4 = 20, HeaderLengthV6 = 40, EchoLength = 8, MaxSize = 65_535, MaxEchoes = ushort.MaxValue;

    readonly Descriptor _socket;
    readonly AddressFamily _family;

    /// <summary>The identifier of the last socket. Each socket has another one, and ignores late answers to others.</summary>
    static int s_lastIdentifier = Environment.ProcessId;

    readonly ushort _identifier = (ushort)Interlocked.Increment(ref s_lastIdentifier);

    /// <exception cref="KernelException">The process lacks CAP_NET_RAW.</exception>
    public EchoSocket(AddressFamily family)
    {
        _family = family;
        _socket = Descriptor.OpenSocket(
            family.IsV6 ? LibC.AF_INET6 : LibC.AF_INET, LibC.SOCK_RAW | LibC.SOCK_NONBLOCK, family.IsV6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
        // Routers must not fragment the packets, and a path MTU that the kernel knows already does not limit them.
        var mode = family.IsV6 ? IPV6_PMTUDISC_PROBE : IP_PMTUDISC_PROBE;
        _ = LibC.setsockopt(
            _socket.Number, family.IsV6 ? IPPROTO_IPV6 : IPPROTO_IP, family.IsV6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, &mode, sizeof(int));
    }

    /// <summary>Sends all requests and waits until each is answered, at most until the deadline.</summary>
    public void Run(IReadOnlyList<Echo> echoes, TimeSpan deadline)
    {
        for (var i = 0; i < Math.Min(echoes.Count, MaxEchoes); i++)
            Send(echoes[i], (ushort)i);
        var left = echoes.Count;
        var end = Stopwatch.GetTimestamp() + (long)(deadline.TotalSeconds * Stopwatch.Frequency);
        while (left > 0 && Stopwatch.GetTimestamp() is var now && now < end)
        {
            var polled = new pollfd { fd = _socket.Number, events = LibC.POLLIN };
            _ = LibC.poll_errno(&polled, 1, (int)((end - now) * 1000 / Stopwatch.Frequency) + 1);
            left -= Receive(echoes);
        }
    }

    void Send(Echo echo, ushort number)
    {
        var message = new byte[Math.Clamp(echo.Size - (_family.IsV6 ? HeaderLengthV6 : HeaderLengthV4), EchoLength, MaxSize)];
        message[0] = _family.IsV6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), _identifier);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), number);
        // The kernel writes the checksum of ICMPv6.
        if (!_family.IsV6)
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), InternetChecksum.Of(message));
        echo.SentAt = Stopwatch.GetTimestamp();
        // A packet that the kernel refuses, because it is too large or has no route, gets no answer.
        fixed (byte* start = message)
        {
            if (_family.IsV6)
            {
                var address = new sockaddr_in6 { sin6_family = (ushort)LibC.AF_INET6 };
                echo.Target.ToBytes().CopyTo(new Span<byte>(&address.sin6_addr, 16));
                _ = LibC.sendto(_socket.Number, start, message.Length, 0, (sockaddr*)&address, (uint)sizeof(sockaddr_in6));
            }
            else
            {
                var address = new sockaddr_in { sin_family = (ushort)LibC.AF_INET };
                echo.Target.ToBytes().CopyTo(new Span<byte>(&address.sin_addr, 4));
                _ = LibC.sendto(_socket.Number, start, message.Length, 0, (sockaddr*)&address, (uint)sizeof(sockaddr_in));
            }
        }
    }

    /// <summary>Reads the answers that have arrived, and returns the number of the requests that they answer.</summary>
    int Receive(IReadOnlyList<Echo> echoes)
    {
        var count = 0;
        Span<byte> buffer = stackalloc byte[128];
        while (true)
        {
            int length;
            fixed (byte* start = buffer)
                length = (int)LibC.recvfrom(_socket.Number, start, buffer.Length, LibC.MSG_DONTWAIT, null, null);
            if (length < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
                continue;
            if (length < 0)
                return count;
            // Only a raw socket of IPv4 receives the IP header, whose length is in units of four bytes.
            var message = _family.IsV6 ? buffer[..length] : buffer[Math.Min(length, (buffer[0] & 0xf) * 4)..length];
            if (message.Length < EchoLength || message[0] != (_family.IsV6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) ||
                BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != _identifier)
            {
                continue;
            }
            var number = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
            if (number >= echoes.Count || echoes[number].RoundTrip is not null)
                continue;
            echoes[number].RoundTrip = Stopwatch.GetElapsedTime(echoes[number].SentAt);
            count++;
        }
    }

    public void Dispose() => _socket.Dispose();
}
