using System.Text;
using CniBridge.Linux;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests;

/// <summary>Tests of standard input: any input gives one JSON document and an exit code.</summary>
public sealed class PluginHostInputTests
{
    const int MaxInputBytes = 4 * 1024 * 1024;

    [Fact]
    public void VERSION_never_reads_its_input()
    {
        using var input = new BrokenStream(new NotSupportedException("this must not be read"));
        var answer = Call.Run(new RecordingPlugin(), new Dictionary<string, string> { ["CNI_COMMAND"] = "VERSION" }, input);
        Assert.Equal(0, answer.ExitCode);
        Assert.Equal("1.1.0", answer.Json["cniVersion"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("ADD")]
    [InlineData("DEL")]
    [InlineData("NOPE")]
    public void Input_that_cannot_be_read_is_an_IO_failure(string verb)
    {
        var plugin = new RecordingPlugin();
        foreach (var failure in (Exception[])[new IOException("the pipe broke"), new KernelException("read 0", Errno.EISDIR)])
        {
            using var input = new BrokenStream(failure);
            Call.Run(plugin, Call.Variables(verb), input)
                .AssertError(CniErrorCode.IoFailure, $"error reading from stdin: {failure.Message}");
        }
        Assert.Empty(plugin.Calls);
    }

    public static TheoryData<string, byte[]> Garbage => new()
    {
        { "nothing", [] },
        { "blanks", "  \n\t"u8.ToArray() },
        { "a list", "[]"u8.ToArray() },
        { "a list of configurations", """[{"name":"pods"}]"""u8.ToArray() },
        { "a number", "5"u8.ToArray() },
        { "a string", "\"pods\""u8.ToArray() },
        { "truncated in the object", """{"name":"pods","""u8.ToArray() },
        { "truncated in a string", """{"name":"po"""u8.ToArray() },
        { "truncated in an escape", """{"name":"po\u00"""u8.ToArray() },
        { "truncated in an unknown key", """{"name":"pods","x":[1,2"""u8.ToArray() },
        { "trailing word", """{"name":"pods"}foo"""u8.ToArray() },
        { "trailing document", """{"name":"pods"}{"name":"pods"}"""u8.ToArray() },
        { "trailing NUL", [.. """{"name":"pods"}"""u8, 0] },
        { "a comment", """{"name":"pods"/* x */}"""u8.ToArray() },
        { "a trailing comma", """{"name":"pods",}"""u8.ToArray() },
        { "single quotes", "{'name':'pods'}"u8.ToArray() },
        { "a byte order mark", [0xef, 0xbb, 0xbf, .. """{"name":"pods"}"""u8] },
        { "UTF-16", Encoding.Unicode.GetBytes("""{"name":"pods"}""") },
        { "bad UTF-8 in the name", [.. "{\"name\":\""u8, 0xff, .. "\"}"u8] },
        { "bad UTF-8 in an unknown key", [.. "{\"name\":\"pods\",\"x\":\""u8, 0xc3, .. "\"}"u8] },
        { "overlong UTF-8", [.. "{\"name\":\"pods\",\"x\":\""u8, 0xc0, 0xaf, .. "\"}"u8] },
        { "half a surrogate pair in the name", """{"name":"\ud800"}"""u8.ToArray() },
        { "half a surrogate pair in the version", """{"name":"pods","cniVersion":"\udc00"}"""u8.ToArray() },
        { "lists in lists", Nested('[', ']') },
        { "lists without end", Encoding.ASCII.GetBytes("""{"name":"pods","x":""" + new string('[', 100_000)) },
        { "objects in objects", Encoding.ASCII.GetBytes(
            """{"name":"pods","x":""" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000))) },
        { "ten megabytes of blanks", Encoding.ASCII.GetBytes("""{"name":"pods"}""" + new string(' ', 10_000_000)) },
        { "ten megabytes of name", Encoding.ASCII.GetBytes($$"""{"name":"{{new string('a', 10_000_000)}}"}""") },
        { "zeros", new byte[4096] },
    };

    static byte[] Nested(char open, char close) => Encoding.ASCII.GetBytes(
        $$"""{"name":"pods","x":{{new string(open, 100_000)}}{{new string(close, 100_000)}}}""");

    [Theory]
    [MemberData(nameof(Garbage), DisableDiscoveryEnumeration = true)]
    public void Garbage_is_a_decoding_failure(string what, byte[] input)
    {
        foreach (var verb in (string[])["ADD", "DEL", "CHECK", "STATUS", "NOPE"])
        {
            var plugin = new RecordingPlugin();
            var answer = Call.Run(plugin, Call.Variables(verb), input);
            answer.AssertIsError();
            Assert.True(answer.Code == CniErrorCode.DecodingFailure, $"{what}: {answer.Text}");
            Assert.StartsWith("error unmarshall network config: ", answer.Message, StringComparison.Ordinal);
            Assert.True(answer.Output.Length < 1000, "an error must not repeat megabytes of what it complains about");
            Assert.Empty(plugin.Calls);
        }
    }

    [Fact]
    public void The_limit_is_far_above_any_configuration()
    {
        var plugin = new RecordingPlugin();
        var blanks = new string(' ', MaxInputBytes - Call.Config.Length);
        Call.Run(plugin, Call.Variables("DEL"), Call.Config + blanks).AssertSilentSuccess();
        Call.Run(plugin, Call.Variables("DEL"), Call.Config + blanks + " ").AssertIsError();
        Assert.Single(plugin.Calls);
    }

    // A pipe returns the available bytes, and an empty read is the end.
    [Fact]
    public void Input_may_come_in_single_bytes()
    {
        var plugin = new RecordingPlugin();
        using var input = new DrippingStream(Encoding.UTF8.GetBytes(Call.Config));
        Call.Run(plugin, Call.Variables("DEL"), input).AssertSilentSuccess();
        Assert.Equal(Call.Config, Encoding.UTF8.GetString(Assert.Single(plugin.Calls).Request.Config.Bytes));
    }

    /// <summary>A stream that fails on every read.</summary>
    sealed class BrokenStream(Exception failure) : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw failure;
        public override int Read(Span<byte> buffer) => throw failure;
    }

    /// <summary>A stream that returns one byte on every read.</summary>
    sealed class DrippingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);
    }
}
