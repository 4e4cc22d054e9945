namespace CniBridge.Lab;

/// <summary>Repeated checks until a condition is true.</summary>
static class Wait
{
    /// <returns>The time until the condition was true.</returns>
    /// <exception cref="LabException">It was not so in time; the message is <paramref name="state"/>.</exception>
    public static TimeSpan Until(Func<bool> isSo, TimeSpan timeout, Func<string> state)
    {
        var start = Environment.TickCount64;
        while (!isSo())
        {
            if (Environment.TickCount64 - start > timeout.TotalMilliseconds)
                throw new LabException($"not after {timeout}:\n{state()}");
            Thread.Sleep(100);
        }
        return TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
    }
}
