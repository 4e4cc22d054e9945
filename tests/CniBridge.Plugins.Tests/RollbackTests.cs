using System.Globalization;
using CniBridge.Linux;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Tests;

public sealed class RollbackTests
{
    [Fact]
    public void Undos_run_newest_first()
    {
        var done = new List<int>();
        using (var undo = new Rollback(TextWriter.Null))
        {
            undo.Push("undo 1", () => done.Add(1));
            undo.Push("undo 2", () => done.Add(2));
            undo.Push("undo 3", () => done.Add(3));
            Assert.Empty(done);
        }
        Assert.Equal([3, 2, 1], done);
    }

    [Fact]
    public void Success_undoes_no_step()
    {
        var done = new List<int>();
        using (var undo = new Rollback(TextWriter.Null))
        {
            undo.Push("undo 1", () => done.Add(1));
            undo.Cancel();
        }
        Assert.Empty(done);
    }

    static Exception Make(string kind) => kind switch
    {
        nameof(IOException) => new IOException("the disk"),
        nameof(KernelException) => new KernelException("the kernel", Errno.EPERM),
        nameof(UnauthorizedAccessException) => new UnauthorizedAccessException("the permissions"),
        nameof(InvalidDataException) => new InvalidDataException("the bytes"),
        nameof(CniException) => new CniException(999, "the plugin"),
        nameof(InvalidOperationException) => new InvalidOperationException("the code"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    [Theory]
    [InlineData(nameof(IOException))]
    [InlineData(nameof(KernelException))]
    [InlineData(nameof(UnauthorizedAccessException))]
    [InlineData(nameof(InvalidDataException))]
    [InlineData(nameof(CniException))]
    [InlineData(nameof(InvalidOperationException))]
    public void A_failed_undo_is_logged_and_neither_stops_others_nor_hides_the_first_error(string kind)
    {
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var done = new List<int>();
        var failure = Make(kind);
        var thrown = Assert.Throws<TimeoutException>((Action)FailHalfWay);
        Assert.Equal("the first error", thrown.Message);
        Assert.Equal([3, 1], done);
        Assert.Equal($"rollback: could not undo 2: {failure.Message}\n", log.ToString());

        void FailHalfWay()
        {
            using var undo = new Rollback(log);
            undo.Push("undo 1", () => done.Add(1));
            undo.Push("undo 2", () => throw failure);
            undo.Push("undo 3", () => done.Add(3));
            throw new TimeoutException("the first error");
        }
    }
}
