using CniBridge.Linux.Files;

namespace CniBridge.Linux.Tests;

public sealed class SysctlTests
{
    const string Missing = "net/ipv4/conf/no.such.link/forwarding";

    [Fact]
    public void A_setting_is_read_without_its_newline() => Assert.Equal("Linux", Sysctl.TryRead("kernel/ostype"));

    [Fact]
    public void A_missing_setting_is_null_and_is_not_created()
    {
        Assert.Null(Sysctl.TryRead(Missing));
        Assert.False(Sysctl.Ensure(Missing, "1"));
    }

    // kernel/ostype is read-only, so a write would throw.
    [Fact]
    public void A_setting_with_the_right_value_is_not_written() => Assert.True(Sysctl.Ensure("kernel/ostype", "Linux"));

    [Fact]
    public void A_refused_write_is_thrown() =>
        Assert.Throws<KernelException>(() => Sysctl.Ensure("kernel/ostype", "Unix"));

    [Fact]
    public void A_refused_write_of_an_optional_setting_is_logged()
    {
        using var log = new StringWriter();
        Sysctl.TryEnsure("kernel/ostype", "Linux", log);
        Sysctl.TryEnsure(Missing, "1", log);
        Assert.Equal("", log.ToString());
        Sysctl.TryEnsure("kernel/ostype", "Unix", log);
        Assert.StartsWith("could not set kernel/ostype to Unix: could not ", log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_with_a_NUL_is_refused() =>
        Assert.Throws<InvalidDataException>(() => Sysctl.TryRead("kernel/ostype\0"));
}
