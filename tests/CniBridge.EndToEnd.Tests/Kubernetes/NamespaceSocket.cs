using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>A socket of the test process in another network namespace. A socket stays in the namespace in which it was created.</summary>
static partial class NamespaceSocket
{
    /// <summary>Returns a listening TCP socket in a node's network.</summary>
    public static Socket Listen(ScratchNode node, IPEndPoint endPoint) => Open(node.FromOutside("/proc/1/ns/net"), () =>
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(endPoint);
            socket.Listen();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    });

    /// <summary>Returns the socket that a function creates in a namespace.</summary>
    /// <param name="path">The path of the namespace, as the test process sees it.</param>
    public static Socket Open(string path, Func<Socket> make)
    {
        Socket? socket = null;
        Exception? failure = null;
        // The thread ends in the namespace that it entered.
        var thread = new Thread(() =>
        {
            try
            {
                Enter(path);
                socket = make();
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? socket! : throw new IOException($"no socket in {path}", failure);
    }

    static void Enter(string path)
    {
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
