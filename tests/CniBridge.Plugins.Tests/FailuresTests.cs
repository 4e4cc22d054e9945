using CniBridge.Linux;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Tests;

public sealed class FailuresTests
{
    [Fact]
    public void All_steps_run_and_their_failures_are_reported_together()
    {
        var failures = new Failures();
        var done = new List<int>();
        failures.Try(() => done.Add(1));
        Assert.False(failures.Any);
        failures.ThrowIfAny("nothing is wrong");
        failures.Try(() => throw new KernelException("delete x", Errno.EBUSY));
        failures.Try(() => done.Add(2));
        failures.Try(() => throw new UnauthorizedAccessException("not you"));
        failures.Try(() => throw new InvalidDataException("9 bytes, 4 are there"));
        failures.Try(() => throw new CniException(100, "no lease", "ask the daemon"));
        failures.Try(() => throw new CniException(7, "no details"));
        failures.Try(() => done.Add(3));
        Assert.Equal([1, 2, 3], done);
        Assert.True(failures.Any);
        var failure = Assert.Throws<CniException>(() => failures.ThrowIfAny("it is not done"));
        Assert.Equal(CniErrorCode.IoFailure, failure.Code);
        Assert.Equal(
            "it is not done: could not delete x: device or resource busy; not you; 9 bytes, 4 are there; no lease (ask the daemon); no " +
            "details",
            failure.Message);
    }

    [Fact]
    public void A_programming_error_is_not_tolerated() =>
        Assert.Throws<InvalidOperationException>(() => new Failures().Try(() => throw new InvalidOperationException("a bug")));
}
