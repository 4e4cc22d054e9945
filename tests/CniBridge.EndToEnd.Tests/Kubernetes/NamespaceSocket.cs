using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>A socket of the test process in a node's network: a socket stays in the namespace it was made in.</summary>
static partial class NamespaceSocket
{
    /// <summary>A listening TCP socket.</summary>
    public static Socket Listen(ScratchNode node, IPEndPoint endPoint)
    {
        Socket? socket = null;
        Exception? failure = null;
        // A thread of its own, which ends in the namespace that it went to.
        var thread = new Thread(() =>
        {
            try
            {
                Enter(node);
                socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                socket.Bind(endPoint);
                socket.Listen();
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                failure = e;
                socket?.Dispose();
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? socket! : throw new IOException($"no server at {endPoint} in the node", failure);
    }

    static void Enter(ScratchNode node)
    {
        var path = node.FromOutside("/proc/1/ns/net");
        using var networkNamespace = File.OpenHandle(path);
        if (setns(networkNamespace.DangerousGetHandle().ToInt32(), 0) != 0)
        {
            throw new IOException($"setns to {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    // int setns(int fd, int nstype);
    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int fd, int nstype);
}
