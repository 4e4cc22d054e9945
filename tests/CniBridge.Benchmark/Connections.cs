using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CniBridge.Benchmark;

/// <summary>New TCP connections from one namespace to a server in another.</summary>
static class Connections
{
    /// <summary>The port of the server in its namespace.</summary>
    internal const int ServerPort = 80;

    const int Count = 2000;

    /// <summary>Returns the number of connections per second that one client opens, one after the other.</summary>
    internal static double Rate(PodNamespace client, PodNamespace server, string address, int port)
    {
        using var listener = Listen(server);
        var time = TimeSpan.Zero;
        client.Run(() =>
        {
            // The first one fills the caches of neighbours.
            Connect(address, port);
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Count; i++)
                Connect(address, port);
            time = Stopwatch.GetElapsedTime(start);
        });
        return Count / time.TotalSeconds;
    }

    /// <summary>Returns the milliseconds until the first connection of two new pods.</summary>
    internal static double TimeToFirst(PodNamespace client, PodNamespace server, string address)
    {
        using var listener = Listen(server);
        var time = TimeSpan.Zero;
        client.Run(() =>
        {
            var start = Stopwatch.GetTimestamp();
            Connect(address, ServerPort);
            time = Stopwatch.GetElapsedTime(start);
        });
        return time.TotalMilliseconds;
    }

    static Socket Listen(PodNamespace server)
    {
        Socket? socket = null;
        server.Run(() =>
        {
            socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Any, ServerPort));
            socket.Listen(Count);
        });
        var listener = socket!;
        new Thread(() => Accept(listener)) { IsBackground = true }.Start();
        return listener;
    }

    static void Accept(Socket listener)
    {
        try
        {
            while (true)
                listener.Accept().Dispose();
        }
        catch (SocketException)
        {
            // The listener was closed.
        }
    }

    /// <summary>Opens a connection and resets it, so that no closed connections occupy the ports.</summary>
    static void Connect(string address, int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.LingerState = new LingerOption(true, 0);
        socket.Connect(IPAddress.Parse(address), port);
    }
}
