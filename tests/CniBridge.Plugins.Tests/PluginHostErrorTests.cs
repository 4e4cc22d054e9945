using System.Globalization;
using CniBridge.Linux;
using CniBridge.Plugins.Host;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests;

/// <summary>Tests of the error objects for failures.</summary>
public sealed class PluginHostErrorTests
{
    static Exception Make(string what) => what switch
    {
        "kernel says no" => new KernelException("add the route", Errno.EPERM),
        "kernel is busy" => new KernelException("add the route", Errno.EBUSY),
        "kernel says later" => new KernelException("add the route", Errno.EAGAIN),
        "lock is held" => new KernelException("lock /x", Errno.ETIMEDOUT),
        "disk" => new IOException("no space"),
        "no file" => new FileNotFoundException("no file"),
        "permission" => new UnauthorizedAccessException("not you"),
        "bytes that lie" => new InvalidDataException("attribute 5 says 9 bytes, 4 are there"),
        "bug" => new InvalidOperationException("a bug"),
        "null" => new ArgumentNullException(nameof(what), "nothing there"),
        _ => throw new ArgumentOutOfRangeException(nameof(what)),
    };

    [Theory]
    [InlineData("kernel says no", 5, false)]
    [InlineData("kernel is busy", 11, false)]
    [InlineData("kernel says later", 11, false)]
    [InlineData("lock is held", 11, false)]
    [InlineData("disk", 5, false)]
    [InlineData("no file", 5, false)]
    [InlineData("permission", 5, false)]
    [InlineData("bytes that lie", 999, false)]
    [InlineData("bug", 999, true)]
    [InlineData("null", 999, true)]
    public void An_error_has_the_code_of_its_kind_and_an_unexpected_one_has_a_stack_trace(
        string what, int code, bool isTraced)
    {
        foreach (var verb in (string[])["ADD", "DEL", "CHECK", "GC"])
        {
            var failure = Make(what);
            var answer = Call.Run(new RecordingPlugin { Failure = failure }, Call.Variables(verb));
            answer.AssertError(code, failure.Message);
            if (isTraced)
                Assert.Contains($"   at {typeof(RecordingPlugin).FullName}.Record", answer.Log, StringComparison.Ordinal);
            else
                Assert.Equal("", answer.Log);
        }
    }

    [Fact]
    public void A_lack_of_memory_is_reported_without_a_stack_trace()
    {
        // InsufficientMemoryException is the kind that programs may throw.
        var answer = Call.Run(new RecordingPlugin { Failure = new InsufficientMemoryException() }, Call.Variables("DEL"));
        answer.AssertError(11, "not enough memory");
        Assert.Equal("", answer.Log);
    }

    // STATUS reports every reason that would make all ADDs fail.
    [Theory]
    [InlineData("kernel says no", 50)]
    [InlineData("kernel is busy", 50)]
    [InlineData("disk", 50)]
    [InlineData("permission", 50)]
    [InlineData("bytes that lie", 50)]
    [InlineData("bug", 999)]
    public void A_failed_STATUS_has_code_50(string what, int code)
    {
        var failure = Make(what);
        Call.Run(new RecordingPlugin { Failure = failure }, Call.Variables("STATUS")).AssertError(code, failure.Message);
        var own = new CniException(7, "bad configuration", "details");
        Call.Run(new RecordingPlugin { Failure = own }, Call.Variables("STATUS")).AssertError(50, own.Message, own.Details);
    }

    // The plugin of another program may report a limited network.
    [Theory]
    [InlineData(50, 50)]
    [InlineData(51, 51)]
    [InlineData(11, 50)]
    [InlineData(49, 50)]
    [InlineData(52, 50)]
    [InlineData(100, 50)]
    [InlineData(999, 50)]
    public void A_STATUS_keeps_code_50_or_51_of_a_delegated_plugin(int code, int told)
    {
        var failure = new CniException(code, "no", "and why");
        Call.Run(new RecordingPlugin { Failure = failure }, Call.Variables("STATUS")).AssertError(told, "no", "and why");
    }

    [Theory]
    [InlineData(1234, "plugin says no", "and why")]
    [InlineData(7, "no details", "")]
    [InlineData(50, "<tags> & \"quotes\" \\ \t Grüße 🎈", "\u2028\0")]
    public void The_error_of_a_plugin_is_passed_on_unchanged(int code, string message, string details)
    {
        var answer = Call.Run(new RecordingPlugin { Failure = new CniException(code, message, details) }, Call.Variables("ADD"));
        answer.AssertError(code, message, details);
        Assert.Equal(details.Length > 0, answer.Json.ContainsKey("details"));
        Assert.Equal("", answer.Log);
    }

    [Fact]
    public void Invalid_UTF_16_in_an_error_is_replaced()
    {
        var failure = new CniException(100, "half a pair: \ud800", "\udc00");
        Call.Run(new RecordingPlugin { Failure = failure }, Call.Variables("ADD")).AssertError(100, "half a pair: \ufffd", "\ufffd");
    }

    [Fact]
    public void An_error_is_indented_by_four_spaces_without_version_and_final_newline()
    {
        var variables = Call.Variables("ADD", ("CNI_CONTAINERID", "a/b"));
        Assert.Equal(
            "{\n    \"code\": 4,\n    \"msg\": \"invalid characters in containerID\",\n    \"details\": \"a/b\"\n}",
            Call.Run(new RecordingPlugin(), variables).Text);
        variables = Call.Variables("ADD", ("CNI_PATH", ""));
        Assert.Equal(
            "{\n    \"code\": 4,\n    \"msg\": \"required env variables [CNI_PATH] missing\"\n}",
            Call.Run(new RecordingPlugin(), variables).Text);
    }

    // The runtime closed the pipe, so the failure appears in the log and the exit code.
    [Theory]
    [InlineData("VERSION")]
    [InlineData("ADD")]
    [InlineData("NOPE")]
    public void A_failed_write_of_the_output_is_logged_and_gives_exit_code_1(string verb)
    {
        using var input = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Call.Config));
        using var output = new ClosedPipe();
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        Assert.Equal(1, new PluginHost(new RecordingPlugin(), input, output, log).Run(Call.Variables(verb)));
        Assert.NotEqual("", log.ToString());
    }

    sealed class ClosedPipe : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new KernelException("write to 1", 32);
        public override void Write(ReadOnlySpan<byte> buffer) => throw new KernelException("write to 1", 32);
    }
}
