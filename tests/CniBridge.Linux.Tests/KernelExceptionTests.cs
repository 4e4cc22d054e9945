namespace CniBridge.Linux.Tests;

public sealed class KernelExceptionTests
{
    [Theory]
    [InlineData("open /x", Errno.ENOENT, null, "could not open /x: no such file or directory")]
    [InlineData("open /x", Errno.EPERM, "", "could not open /x: operation not permitted")]
    [InlineData("add a route", Errno.EEXIST, "Route exists", "could not add a route: file exists (Route exists)")]
    [InlineData("read /x", Errno.EISDIR, null, "could not read /x: is a directory")]
    public void The_message_contains_operation_reason_and_text_of_the_kernel(
        string operation, int errno, string? kernelText, string message)
    {
        var exception = new KernelException(operation, errno, kernelText);
        Assert.Equal(message, exception.Message);
        Assert.Equal((operation, errno), (exception.Operation, exception.Errno));
        Assert.IsType<IOException>(exception, exactMatch: false);
    }

    // Only the first letter becomes lower case, and only at the start of a word: ".lib section", "RFS specific error".
    [Theory]
    [InlineData(5, "input/output error")]
    [InlineData(45, "level 2 not synchronized")]
    [InlineData(73, "RFS specific error")]
    [InlineData(81, ".lib section in a.out corrupted")]
    [InlineData(84, "invalid or incomplete multibyte or wide character")]
    public void The_first_letter_is_lower_case(int errno, string text) =>
        Assert.Equal($"could not x: {text}", new KernelException("x", errno).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(-22)]
    [InlineData(9999)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void An_unknown_errno_has_a_text(int errno) =>
        Assert.StartsWith("could not x: ", new KernelException("x", errno).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(Errno.EAGAIN, true)]
    [InlineData(Errno.EBUSY, true)]
    [InlineData(Errno.ETIMEDOUT, true)]
    [InlineData(Errno.ENOBUFS, true)]
    [InlineData(Errno.EEXIST, false)]
    [InlineData(Errno.EINVAL, false)]
    [InlineData(Errno.ENOENT, false)]
    [InlineData(Errno.EPERM, false)]
    public void Errors_that_a_retry_may_solve_are_temporary(int errno, bool isTemporary) =>
        Assert.Equal(isTemporary, new KernelException("x", errno).IsTemporary);
}
