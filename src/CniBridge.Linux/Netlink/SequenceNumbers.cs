using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CniBridge.Linux.Netlink;

/// <summary>The sequence numbers of all requests of the process. They start at random, so that another program cannot guess them.</summary>
static class SequenceNumbers
{
    static uint s_last = ChooseStart();

    /// <summary>Reserves <paramref name="count"/> consecutive sequence numbers and returns the first.</summary>
    internal static uint Take(int count) => Interlocked.Add(ref s_last, (uint)count) - (uint)count + 1;

    internal static uint ChooseStart()
    {
        Span<uint> start = stackalloc uint[1];
        try
        {
            RandomBytes.Fill(MemoryMarshal.AsBytes(start));
        }
        // Without getrandom(2) DEL must still work. The sender of an answer is checked all the same.
        catch (KernelException)
        {
            start[0] = (uint)Stopwatch.GetTimestamp();
        }
        return start[0];
    }
}
